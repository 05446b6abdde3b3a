package io.arrowquant.spark.read;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.storage.ByteSize;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;

/**
 * Where the element ranges of a tensor begin: at multiples of a step that depends on the tensor and the options only.
 * The step is a multiple of 4096, so that statistics and most group sizes never straddle ranges, of the option
 * {@code groupSize}, and of a row whenever a row fits into {@code splitBytes}.
 */
public final class RangeLayout {
    /** Ranges begin at multiples of this many elements. */
    static final long ALIGNMENT = 4096;

    /** Odd row lengths may need longer ranges than asked for; beyond this, rows give way. */
    private static final long LARGEST_ALIGNED_RANGE = 64L << 20;

    /** What Spark can hold in one value. */
    private static final long LARGEST_VALUE = Integer.MAX_VALUE - 16L;

    private RangeLayout() {}

    /** Elements from one range to the next; the tensor's element count, at least one, when it is one range. */
    public static long step(TensorInfo tensor, ReadOptions options) {
        long elements = Math.max(1, tensor.elements());
        if (options.wholeTensors()) {
            requireFits(tensor);
            return elements;
        }
        int bits = tensor.dtype().bits();
        long alignment = leastCommonMultiple(ALIGNMENT, options.groupSize());
        if (storedBytes(alignment, bits) > LARGEST_ALIGNED_RANGE) {
            throw new InvalidRequestException(
                    "Invalid groupSize: " + options.groupSize() + " makes ranges of "
                            + ByteSize.show(storedBytes(alignment, bits)),
                    "Use a smaller groupSize, or wholeTensors=true");
        }
        long columns = Math.max(1, tensor.shape().columns());
        if (storedBytes(columns, bits) <= options.splitBytes()) {
            long withRows = leastCommonMultiple(alignment, columns);
            if (storedBytes(withRows, bits) <= Math.max(LARGEST_ALIGNED_RANGE, options.splitBytes())) {
                alignment = withRows;
            }
        }
        long wanted = options.splitBytes() >= Long.MAX_VALUE / 8 ? elements : options.splitBytes() * 8 / bits;
        long step = Math.max(1, wanted / alignment) * alignment;
        if (storedBytes(step, bits) > LARGEST_VALUE) {
            step = Math.max(1, LARGEST_VALUE * 8 / bits / alignment) * alignment;
        }
        return Math.min(step, elements);
    }

    private static void requireFits(TensorInfo tensor) {
        if (tensor.byteLength() > LARGEST_VALUE) {
            throw new InvalidRequestException(
                    "Tensor '" + tensor.name() + "' has " + tensor.byteLength()
                            + " bytes, but one value of Spark holds at most " + LARGEST_VALUE,
                    "Read without wholeTensors=true");
        }
    }

    /** Refuses whole tensors whose floats are more than one array of Spark can hold. */
    static void requireFloatsFit(TensorInfo tensor, ReadOptions options) {
        DataType dtype = tensor.dtype();
        if (options.wholeTensors() && dtype.isReadableAsFloat() && tensor.elements() > LARGEST_VALUE / Float.BYTES) {
            throw new InvalidRequestException(
                    "Tensor '" + tensor.name() + "' has " + tensor.elements()
                            + " elements, but one array of floats in Spark holds at most "
                            + LARGEST_VALUE / Float.BYTES,
                    "Read without wholeTensors=true, or select data instead of weights");
        }
    }

    static long ranges(long elements, long step) {
        return elements == 0 ? 1 : (elements - 1) / step + 1;
    }

    private static long storedBytes(long elements, int bits) {
        return elements > Long.MAX_VALUE / 64 ? Long.MAX_VALUE : elements * bits / 8;
    }

    private static long leastCommonMultiple(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        long factor = b / x;
        return a > Long.MAX_VALUE / 64 / factor ? Long.MAX_VALUE / 64 : a * factor;
    }
}
