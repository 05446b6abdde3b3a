package io.arrowquant.scheme.compressed;

import io.arrowquant.tensor.Shape;
import java.io.Serializable;

/** A preset with its parameters. */
record Settings(Format format, int bits, Strategy strategy, int group, boolean symmetric, boolean leastError)
        implements Serializable {
    Slices slices(Shape shape) {
        return Slices.of(strategy, group, shape);
    }

    /** True when zero points are packed along the rows; those of a whole tensor are a single byte. */
    boolean packsZeroPoints() {
        return !symmetric && strategy != Strategy.TENSOR;
    }

    /** A grid for slices of weights computed in a precision; {@code globalScale} matters to NVFP4 only. */
    SliceGrid grid(Precision precision, float globalScale) {
        return switch (format) {
            case PACK_QUANTIZED, INT_QUANTIZED -> new WholeNumberGrid(bits, symmetric, precision);
            case FLOAT_QUANTIZED, FLOAT_INVERSE_SCALED -> new Float8Grid(precision);
            case NVFP4_PACK_QUANTIZED -> new Nvfp4Grid(precision, globalScale);
            case MXFP4_PACK_QUANTIZED -> new MxGrid(false, precision);
            case MXFP8_QUANTIZED -> new MxGrid(true, precision);
        };
    }
}
