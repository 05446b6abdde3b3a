package io.arrowquant.scheme;

/** Gives back the values that codes stand for. Stateless between calls; not for use by several threads. */
public interface Decoder {
    /**
     * Decodes {@code count} elements whose parts begin in {@code parts[i]} at {@code offsets[i]}. A range decoded in
     * pieces is cut at multiples of {@link #tileUnit()}.
     *
     * @param start index in the whole tensor of the first element
     */
    void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset);

    int tileUnit();

    /**
     * True when the bytes of a range lie scattered: then {@link #decode} is always given the parts of the whole tensor,
     * and where these begin, whatever range it is to decode.
     */
    default boolean needsWholeParts() {
        return false;
    }
}
