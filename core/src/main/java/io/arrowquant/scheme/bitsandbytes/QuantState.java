package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The JSON text that tells transformers how a four-bit tensor is to be read, spelled as Python's json module does. The
 * mean of the scales in it has as many digits as it needs; spaces at the end make the length one that shape and type
 * alone decide, so that it is known before a weight is read.
 */
final class QuantState {
    private static final String OFFSET = "\"nested_offset\": ";

    private QuantState() {}

    static int length(BlockSettings settings, Shape shape, DataType source) {
        String text = text(settings, shape, source, "");
        return text.length() + (settings.nested() ? PythonFloat.LONGEST : 0);
    }

    static byte[] bytes(BlockSettings settings, Shape shape, DataType source, float offset) {
        byte[] padded = new byte[length(settings, shape, source)];
        Arrays.fill(padded, (byte) ' ');
        byte[] text = text(settings, shape, source, PythonFloat.repr(offset)).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, padded, 0, text.length);
        return padded;
    }

    private static String text(BlockSettings settings, Shape shape, DataType source, String offset) {
        String text = "{\"quant_type\": \"" + settings.fourBits().typeName() + "\", \"blocksize\": " + settings.block()
                + ", \"dtype\": \"" + typeName(source) + "\", \"shape\": " + shape;
        if (settings.nested()) {
            text += ", \"nested_blocksize\": " + BlockSettings.NESTED_BLOCK + ", \"nested_dtype\": \"float32\", "
                    + OFFSET + offset;
        }
        return text + "}";
    }

    private static String typeName(DataType source) {
        return switch (source) {
            case BF16 -> "bfloat16";
            case F16 -> "float16";
            default -> "float32";
        };
    }

    /** The mean that was subtracted from the scales. */
    static float offset(byte[] state, int at) {
        String text = new String(state, at, state.length - at, StandardCharsets.US_ASCII);
        int begin = text.indexOf(OFFSET) + OFFSET.length();
        return (float) Double.parseDouble(text.substring(begin, text.indexOf('}', begin)));
    }
}
