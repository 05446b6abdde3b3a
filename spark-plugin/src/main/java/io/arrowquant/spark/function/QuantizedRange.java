package io.arrowquant.spark.function;

import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.List;

/**
 * What came out of a row: the fields of the struct that {@code quantize} returns, before they take the form of a Spark
 * row or of Arrow vectors. Exactly one of three things is there: parts of a scheme, kept values, or an error.
 *
 * @param specs the parts of the scheme, whose bytes are in {@code parts}; valid until the next row
 * @param kept the values as they are stored, when nothing was quantized
 * @param error why a quarantined row could not be quantized
 * @param source the type of the values, where the scheme's decoder must know it; null for float32 and where it need not
 */
record QuantizedRange(
        List<PartSpec> specs,
        PartBuffers parts,
        byte[] kept,
        String error,
        Shape shape,
        ElementRange range,
        int bitWidth,
        String scheme,
        int groupSize,
        DataType source) {

    private static final int SCALES = 1;
    private static final int ZERO_POINTS = 2;

    static QuantizedRange ofError(String message) {
        return new QuantizedRange(null, null, null, message, null, null, 0, null, 0, null);
    }

    static QuantizedRange ofKept(byte[] kept, DataType type, TensorPlace place) {
        return new QuantizedRange(
                List.of(), null, kept, null, place.shape(), place.range(), type.bits(), type.name(), 0, null);
    }

    boolean isError() {
        return error != null;
    }

    boolean isKept() {
        return kept != null;
    }

    /** True when the row held a part of its tensor only. */
    boolean isPart() {
        return range.count() != shape.elements();
    }

    /** True for the schemes that fill the columns scales and zero_points. */
    boolean hasScaleColumns() {
        return PartSpec.areScaleColumns(specs);
    }

    /** The array that begins with the main payload; {@link #payloadLength} bytes of it count. */
    byte[] payload() {
        return isKept() ? kept : parts.array(0);
    }

    int payloadLength() {
        return isKept() ? kept.length : parts.length(0);
    }

    byte[] scales() {
        return parts.array(SCALES);
    }

    int scalesLength() {
        return parts.length(SCALES);
    }

    byte[] zeroPoints() {
        return parts.array(ZERO_POINTS);
    }

    int zeroPointsLength() {
        return parts.length(ZERO_POINTS);
    }

    /** Bytes of everything that was made. */
    long byteLength() {
        if (isError()) {
            return 0;
        }
        long total = payloadLength();
        for (int i = 1; i < specs.size(); i++) {
            total += parts.length(i);
        }
        return total;
    }
}
