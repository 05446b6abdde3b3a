package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The field {@code parts} of the struct: what has no field of its own, by name. */
final class ExtraParts {
    static final String ERROR = "error";
    static final String ELEMENT_START = Arguments.ELEMENT_START;
    static final String ELEMENT_COUNT = Arguments.ELEMENT_COUNT;
    static final String DTYPE = Arguments.DTYPE;

    private ExtraParts() {}

    /** The parts of a range in a fixed order, or null when there are none. */
    static Map<String, byte[]> of(QuantizedRange range) {
        Map<String, byte[]> parts = new LinkedHashMap<>();
        if (range.isError()) {
            parts.put(ERROR, range.error().getBytes(StandardCharsets.UTF_8));
            return parts;
        }
        if (!range.hasScaleColumns()) {
            for (int i = 1; i < range.specs().size(); i++) {
                parts.put(range.specs().get(i).suffix(), range.parts().toByteArray(i));
            }
        }
        if (range.source() != null) {
            parts.put(DTYPE, range.source().name().getBytes(StandardCharsets.UTF_8));
        }
        if (range.isPart()) {
            parts.put(ELEMENT_START, bytes(range.range().start()));
            parts.put(ELEMENT_COUNT, bytes(range.range().count()));
        }
        return parts.isEmpty() ? null : parts;
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array();
    }

    /** The type that a part names. */
    static DataType type(byte[] part) {
        String name = new String(part, StandardCharsets.UTF_8);
        DataType type = DataType.find(name);
        if (type == null || !type.isReadableAsFloat()) {
            throw new InvalidRequestException(
                    "part " + DTYPE + " of the struct names no type of weights: '" + Printable.text(name) + "'");
        }
        return type;
    }

    /** The number that a part holds. */
    static long number(byte[] part) {
        return ByteBuffer.wrap(part).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }
}
