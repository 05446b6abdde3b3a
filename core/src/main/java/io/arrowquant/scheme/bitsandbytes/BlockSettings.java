package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.DynamicType;
import java.io.Serializable;

/**
 * A type with its parameters.
 *
 * @param fourBits the four-bit type, or null for the eight-bit one
 * @param block elements that share a scale
 * @param nested whether the scales are quantized themselves
 */
record BlockSettings(FourBitCodes fourBits, int block, boolean nested) implements Serializable {
    /** Scales that share a scale when they are quantized themselves. */
    static final int NESTED_BLOCK = 256;

    static final int CODES = 0;
    static final int ABSMAX = 1;
    static final int QUANT_MAP = 2;
    static final int NESTED_ABSMAX = 3;
    static final int NESTED_QUANT_MAP = 4;

    /** Which part says how the others are to be read; -1 when there is none. */
    int quantState() {
        return fourBits == null ? -1 : nested ? NESTED_QUANT_MAP + 1 : QUANT_MAP + 1;
    }

    int bits() {
        return fourBits == null ? 8 : 4;
    }

    float[] quantMap() {
        return fourBits == null ? DynamicType.values() : fourBits.map();
    }

    long blocks(long elements) {
        return (elements + block - 1) / block;
    }

    /** Whole blocks, and whole blocks of scales where these are quantized. */
    int tileUnit() {
        return nested ? NESTED_BLOCK * block : block;
    }
}
