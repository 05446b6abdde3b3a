package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.json.PythonFloat;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;

/** The JSON text that tells transformers how a four-bit tensor is to be read, spelled as Python's json module does. */
final class QuantState {
    private static final String OFFSET = "\"nested_offset\": ";

    private QuantState() {}

    /**
     * The part that holds the text. The mean of the scales in it has as many digits as it needs, so that the length of
     * nested ones is known only after the first pass.
     */
    static PartSpec spec(BlockSettings settings, Shape shape, DataType source) {
        String suffix = "quant_state.bitsandbytes__" + settings.fourBits().typeName();
        int length = text(settings, shape, source, "").length();
        return settings.nested()
                ? PartSpec.atMost(suffix, DataType.U8, length + PythonFloat.LONGEST)
                : new PartSpec(suffix, DataType.U8, Shape.of(length));
    }

    static byte[] bytes(BlockSettings settings, Shape shape, DataType source, float offset) {
        return text(settings, shape, source, PythonFloat.repr(offset)).getBytes(StandardCharsets.US_ASCII);
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
