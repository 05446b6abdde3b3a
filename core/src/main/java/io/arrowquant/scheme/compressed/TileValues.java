package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.tensor.DataType;

/** The values of a tile, finite, and the ranges of its slices. */
final class TileValues {
    private final Slices slices;
    private final SliceRanges ranges;
    private final boolean surveyed;
    private Tile tile;
    /** Null until they are asked for: some grids read elements as they are stored. */
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
    static TileValues ofWholeSlices(EncodeRequest request, Slices slices, boolean aroundZero) {
        return new TileValues(slices, new SliceRanges(request, slices, aroundZero), false);
    }

    /** Of tiles of any elements: a first pass has found all ranges. */
    static TileValues ofSurveyed(Slices slices, SliceRanges surveyed) {
        return new TileValues(slices, surveyed, true);
    }

    void set(Tile tile, long start) {
        this.tile = tile;
        values = null;
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
        float[] given = tile.floats();
        int givenOffset = tile.floatOffset();
        int done = 0;
        while (done < count) {
            int length = slices.run(start + done, count - done);
            float magnitude = ranges.magnitude(slices.of(start + done));
            replaced += FiniteValues.repair(given, givenOffset + done, length, magnitude, repaired, done);
            done += length;
        }
        values = repaired;
        offset = 0;
    }

    /** Whether the kernels for stored elements can read slices of this width where the tile holds them. */
    static boolean areStored(Tile tile, long width) {
        boolean readable = tile.type() == DataType.BF16 || tile.type() == DataType.F32;
        return tile.isStored() && readable && width % GroupKernels.UNIT == 0;
    }

    /** The tile if it holds finite elements that those kernels can read; otherwise null. */
    Tile stored() {
        return ranges.isFinite() && areStored(tile, slices.width()) ? tile : null;
    }

    float[] values() {
        if (values == null) {
            values = tile.floats();
            offset = tile.floatOffset();
        }
        return values;
    }

    /** Valid after {@link #values}. */
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
