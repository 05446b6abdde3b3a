package io.arrowquant.safetensors;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** The few things about UTF-8 that Java's strings do not answer. */
final class Utf8 {
    private static final int CHUNK = 8192;

    private Utf8() {}

    /** Index of the first byte that is not well-formed UTF-8 (overlong forms are not), or -1 when all are. */
    static int firstMalformed(byte[] text) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(text);
        CharBuffer out = CharBuffer.allocate(CHUNK);
        while (true) {
            CoderResult result = decoder.decode(in, out, true);
            if (result.isError()) {
                return in.position();
            }
            if (result.isUnderflow()) {
                return -1;
            }
            out.clear();
        }
    }

    /** The byte at which the character with this UTF-16 index begins, in text known to be well-formed. */
    static int byteIndex(byte[] text, long utf16Index) {
        int at = 0;
        long units = 0;
        while (units < utf16Index && at < text.length) {
            int lead = text[at] & 0xff;
            if (lead < 0x80) {
                at += 1;
            } else if (lead < 0xe0) {
                at += 2;
            } else if (lead < 0xf0) {
                at += 3;
            } else {
                at += 4;
                units++;
            }
            units++;
        }
        return at;
    }

    /** False for strings with half a surrogate pair, which no UTF-8 text can hold. */
    static boolean canEncode(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Compares as the UTF-8 bytes would: String.compareTo puts characters beyond U+FFFF too early. */
    static int compare(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char left = a.charAt(i);
            char right = b.charAt(i);
            if (left != right) {
                return codePointOrder(left) - codePointOrder(right);
            }
        }
        return a.length() - b.length();
    }

    /** Moves surrogates behind the rest of the first 65536 characters, where the code points they encode belong. */
    private static int codePointOrder(char c) {
        return Character.isSurrogate(c) ? c + 0x10000 : c;
    }
}
