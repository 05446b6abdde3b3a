package io.arrowquant.error;

import java.util.Locale;

/** Names from files as they may be shown: control characters escaped, very long ones shortened. */
public final class Printable {
    private static final int LONGEST = 200;

    private Printable() {}

    public static String text(String raw) {
        if (raw == null) {
            return "null";
        }
        StringBuilder shown = new StringBuilder(Math.min(raw.length(), LONGEST) + 16);
        for (int i = 0; i < raw.length(); i++) {
            if (i == LONGEST) {
                return shown.append("... (")
                        .append(raw.length())
                        .append(" characters)")
                        .toString();
            }
            char c = raw.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || isBidiControl(c)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** Characters that make text read differently from what it is. */
    private static boolean isBidiControl(char c) {
        return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
    }
}
