package io.arrowquant.scheme.packed;

import io.arrowquant.scheme.Decoder;
import io.arrowquant.tensor.Shape;

/** Codes of any range back to values, from the parts of the whole tensor. */
final class PackedDecoder implements Decoder {
    private final Settings settings;
    private final Shape shape;

    PackedDecoder(Settings settings, Shape shape) {
        this.settings = settings;
        this.shape = shape;
    }

    @Override
    public int tileUnit() {
        return settings.group();
    }

    @Override
    public boolean needsWholeParts() {
        return true;
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        int mask = (1 << settings.bits()) - 1;
        for (int done = 0; done < count; done += settings.group()) {
            long row = (start + done) / shape.columns();
            long column = (start + done) % shape.columns();
            long group = column / settings.group();
            int scaleAt = (int) settings.scale(shape, row, group) * Short.BYTES;
            short scale = (short) PackedTensor.SHORTS.get(parts[Layout.SCALES], offsets[Layout.SCALES] + scaleAt);
            int zeroPointWord = word(parts, offsets, Layout.ZERO_POINTS, settings.zeroPointWord(shape, row, group));
            // Readers of version 1 add one to what the mask leaves.
            int zeroPoint = ((zeroPointWord >>> settings.layout().shift(row, settings.bits())) & mask)
                    + settings.layout().smallestZeroPoint;
            for (int i = 0; i < settings.group(); i++) {
                int word = word(parts, offsets, Layout.CODES, settings.codeWord(shape, row, column + i));
                int code = (word >>> settings.codeShift(row, column + i)) & mask;
                values[valueOffset + done + i] = Grid.value(code, zeroPoint, scale);
            }
        }
    }

    private static int word(byte[][] parts, int[] offsets, int part, long index) {
        return (int) PackedTensor.INTS.get(parts[part], offsets[part] + (int) index * Integer.BYTES);
    }
}
