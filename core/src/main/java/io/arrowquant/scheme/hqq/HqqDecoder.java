package io.arrowquant.scheme.hqq;

import io.arrowquant.scheme.Decoder;

/** Codes back to values; where bytes hold two halves of a tensor, from its whole parts. */
final class HqqDecoder implements Decoder {
    private final long elements;
    private final int group;
    private final boolean halves;

    HqqDecoder(long elements, int group, boolean halves) {
        this.elements = elements;
        this.group = group;
        this.halves = halves;
    }

    @Override
    public int tileUnit() {
        return group;
    }

    @Override
    public boolean needsWholeParts() {
        return halves;
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        long first = halves ? start : 0;
        for (int i = 0; i < count; i++) {
            int groupAt = (int) ((first + i) / group) * Float.BYTES;
            float scale = (float) HqqEncoder.FLOATS.get(parts[HqqScheme.SCALES], offsets[HqqScheme.SCALES] + groupAt);
            float zeroPoint = (float)
                    HqqEncoder.FLOATS.get(parts[HqqScheme.ZERO_POINTS], offsets[HqqScheme.ZERO_POINTS] + groupAt);
            values[valueOffset + i] =
                    (code(parts[HqqScheme.CODES], offsets[HqqScheme.CODES], first + i) - zeroPoint) * scale;
        }
    }

    private int code(byte[] codes, int offset, long index) {
        if (!halves) {
            return codes[offset + (int) index] & 0xff;
        }
        long half = elements / 2;
        int pair = codes[offset + (int) (index % half)] & 0xff;
        return index < half ? pair >> 4 : pair & 0xf;
    }
}
