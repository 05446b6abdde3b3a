package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;

/** The values of a tile, finite, and the ranges of its slices. */
final class TileValues {
    private final Slices slices;
    private final SliceRanges ranges;
    private final boolean surveyed;
    private float[] values;
    private int offset;
    private float[] repaired = new float[0];
    private long replaced;

    private TileValues(Slices slices, SliceRanges ranges, boolean surveyed) {
        this.slices = slices;
        this.ranges = ranges;
        this.surveyed = surveyed;
    }

    /** Of tiles of whole slices, whose ranges are found tile by tile. */
    static TileValues ofWholeSlices(EncodeRequest request, Slices slices) {
        return new TileValues(slices, new SliceRanges(request, slices), false);
    }

    /** Of tiles of any elements: a first pass has found all ranges. */
    static TileValues ofSurveyed(Slices slices, SliceRanges surveyed) {
        return new TileValues(slices, surveyed, true);
    }

    void set(Tile tile, long start) {
        values = tile.floats();
        offset = tile.floatOffset();
        if (!surveyed && tile.count() > 0) {
            // Slices of several rows begin with their first row: tiles hold whole ones.
            long first = slices.of(start);
            ranges.begin(first, (int) (slices.of(start + tile.count() - 1) - first) + 1);
            ranges.observe(tile, start);
        }
        if (!ranges.isFinite()) {
            repair(tile.count(), start);
        }
    }

    private void repair(int count, long start) {
        if (repaired.length < count) {
            repaired = new float[count];
        }
        int done = 0;
        while (done < count) {
            int length = slices.run(start + done, count - done);
            float magnitude = ranges.magnitude(slices.of(start + done));
            replaced += FiniteValues.repair(values, offset + done, length, magnitude, repaired, done);
            done += length;
        }
        values = repaired;
        offset = 0;
    }

    float[] values() {
        return values;
    }

    int offset() {
        return offset;
    }

    SliceRanges ranges() {
        return ranges;
    }

    /** Values replaced so far because they were NaN or infinite. */
    long replaced() {
        return replaced;
    }
}
