package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Tile;

/**
 * The arithmetic of one slice: which values its codes stand for. Mutable and made to be reused: fitted to a slice (or
 * loaded from its parts), then asked to encode or decode elements of it. Codes are unsigned, one a byte.
 */
abstract class SliceGrid {
    /** Fits the grid to a slice whose values and zero lie between {@code low <= 0} and {@code high >= 0}. */
    abstract void fit(float low, float high);

    /**
     * Fits the grid to many slices around zero, of which only the largest magnitudes matter, and leaves what {@link
     * #divisor} and {@link #storeScale} would say of each.
     */
    void fit(float[] magnitudes, int slices, float[] divisors, byte[] scales) {
        int bytes = scaleBytes();
        for (int slice = 0; slice < slices; slice++) {
            fit(0f, magnitudes[slice]);
            divisors[slice] = divisor();
            storeScale(scales, slice * bytes);
        }
    }

    /** Bytes of a stored scale. */
    abstract int scaleBytes();

    abstract void storeScale(byte[] target, int at);

    /** Takes the scale from where it is stored; {@code zeroPoint} is zero for symmetric grids. */
    abstract void load(byte[] scales, int at, int zeroPoint);

    /** The zero point of the slice, from -2^(bits-1) on; zero for symmetric grids. */
    int zeroPoint() {
        return 0;
    }

    /** What the values of the slice are divided by. */
    abstract float divisor();

    /**
     * Encodes consecutive slices of one length, each with the divisor and zero point that it had when the grid was fitted
     * to it.
     */
    abstract void encode(
            float[] values,
            int offset,
            int slices,
            int length,
            float[] divisors,
            float[] zeroPoints,
            byte[] codes,
            int codeOffset);

    /**
     * The same of elements as a tile stores them, bfloat16 or floats, in the type of the tensor and for lengths that are
     * multiples of {@link io.arrowquant.kernel.GroupKernels#UNIT}.
     *
     * @return false when this grid does not read them; nothing is done then
     */
    boolean encodeStored(
            Tile tile, int slices, int length, float[] divisors, float[] zeroPoints, byte[] codes, int codeOffset) {
        return false;
    }

    /**
     * The same of bfloat16, with codes of four bits packed two a byte.
     *
     * @return false when this grid does not pack; nothing is done then
     */
    boolean packStored(Tile tile, int slices, int length, float[] divisors, byte[] packed, int packedOffset) {
        return false;
    }

    /**
     * The values of packed codes of consecutive slices, each with its divisor.
     *
     * @return false when this grid decodes one code a byte only; nothing is done then
     */
    boolean decodePacked(
            byte[] packed, int packedOffset, int slices, int length, float[] divisors, float[] values, int offset) {
        return false;
    }

    abstract void decode(byte[] codes, int codeOffset, int count, float[] values, int offset);
}
