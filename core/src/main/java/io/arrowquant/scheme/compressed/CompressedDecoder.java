package io.arrowquant.scheme.compressed;

import io.arrowquant.scheme.Decoder;

/** Codes back to values, slice by slice, in the type of the scales as the reference does. */
final class CompressedDecoder implements Decoder {
    private final Settings settings;
    private final Slices slices;
    private final SliceCursor cursor;
    private final PartLayout layout;
    private final SliceGrid grid;
    private final int tileUnit;
    private byte[] codes = new byte[0];

    CompressedDecoder(Settings settings, Slices slices, Precision precision, int tileUnit) {
        this.settings = settings;
        this.slices = slices;
        this.cursor = new SliceCursor(slices);
        this.layout = PartLayout.of(settings);
        this.grid = settings.grid(precision, 1f);
        this.tileUnit = tileUnit;
    }

    @Override
    public int tileUnit() {
        return tileUnit;
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        if (count == 0) {
            return;
        }
        if (codes.length < count) {
            codes = new byte[count];
        }
        if (layout.globalScale() >= 0) {
            int at = offsets[layout.globalScale()];
            ((Nvfp4Grid) grid).setGlobalScale(Precision.SINGLE.load(parts[layout.globalScale()], at));
        }
        CodePacking packing = settings.format().packing;
        packing.unpack(
                parts[PartLayout.CODES], offsets[PartLayout.CODES], count, slices.columns(), settings.bits(), codes);
        long firstSlice = slices.of(start);
        long firstRow = start / slices.columns();
        cursor.begin(start, count);
        while (cursor.next()) {
            int scaleAt = offsets[PartLayout.SCALES] + (int) (cursor.slice() - firstSlice) * grid.scaleBytes();
            grid.load(parts[PartLayout.SCALES], scaleAt, zeroPoint(parts, offsets, firstRow));
            grid.decode(codes, cursor.done(), cursor.length(), values, valueOffset + cursor.done());
        }
    }

    private int zeroPoint(byte[][] parts, int[] offsets, long firstRow) {
        int part = layout.zeroPoints();
        if (part < 0) {
            return 0;
        }
        if (!settings.packsZeroPoints()) {
            return parts[part][offsets[part]];
        }
        long row = cursor.row() - firstRow;
        int column = cursor.acrossIndex();
        return ZeroPointRows.get(parts[part], offsets[part], settings.bits(), (int) slices.across(), row, column);
    }
}
