package io.arrowquant.scheme.packed;

import io.arrowquant.kernel.Float16;
import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.ScaledKernels;
import io.arrowquant.kernel.SymmetricFactors;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;

/** The groups of a tile: scales, zero points and codes, found for all of them at once or for one after the other. */
final class GroupCodes {
    private final int bits;
    private final int length;
    private final boolean symmetric;
    private final DataType dtype;
    private final Grid grid;
    private final IntegerKernels integers;
    private final GroupKernels groups;
    private final ScaledKernels scaled;

    private int count;
    private float[] lows = new float[0];
    private float[] highs = lows;
    private float[] scales = lows;
    private float[] shifts = lows;
    private float[] zeroPoints = lows;
    private short[] storedScales = new short[0];
    private byte[] codes = new byte[0];
    private byte[] packed = codes;

    GroupCodes(Settings settings, DataType dtype, Grid grid) {
        this.bits = settings.bits();
        this.length = settings.group();
        this.symmetric = settings.symmetric();
        this.dtype = dtype;
        this.grid = grid;
        KernelProvider kernels = Kernels.get();
        this.integers = kernels.integer();
        this.groups = kernels.groups();
        this.scaled = kernels.scaled();
    }

    /** Makes room for the groups of a tile. */
    void begin(int elements) {
        count = elements / length;
        if (lows.length < count) {
            lows = new float[count];
            highs = new float[count];
            scales = new float[count];
            shifts = new float[count];
            zeroPoints = new float[count];
            storedScales = new short[count];
        }
        if (codes.length < elements) {
            codes = new byte[Math.max(elements, Tile.ELEMENTS)];
            packed = new byte[codes.length];
        }
    }

    /** Encodes one group with the grid as it is; {@link #pack} comes after the last one. */
    void encodeSingle(int index, float[] values, int offset) {
        remember(index);
        grid.encode(values, offset, length, codes, index * length);
    }

    /** Packs the codes of all groups. */
    void pack() {
        integers.pack(codes, 0, count * length, bits, packed, 0);
    }

    /**
     * Encodes all groups of the tile. Returns false where that has to be done one by one: not all values are finite, scales
     * are bounded, or groups are no multiples of what kernels take.
     */
    boolean encodeAll(Tile tile) {
        boolean brains = tile.isStored() && tile.type() == DataType.BF16 && length % GroupKernels.UNIT == 0;
        if (length % GroupKernels.UNIT_OF_FLOATS != 0 || !(brains ? rangesOfBrain(tile) : rangesOfFloats(tile))) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            grid.fit(lows[i], highs[i]);
            if (grid.isBounded()) {
                return false;
            }
            remember(i);
        }
        if (!brains) {
            scaled.wholeNumbers(
                    tile.floats(),
                    tile.floatOffset(),
                    count,
                    length,
                    dtype,
                    scales,
                    symmetric ? null : shifts,
                    grid.lowest(),
                    grid.highest(),
                    codes,
                    0);
        } else if (symmetric
                && bits == 4
                && scaled.nibblesOfBrain(tile.bytes(), tile.byteOffset(), count, length, scales, packed, 0)) {
            return true;
        } else {
            scaled.wholeNumbersOfBrain(
                    tile.bytes(),
                    tile.byteOffset(),
                    count,
                    length,
                    scales,
                    symmetric ? null : shifts,
                    grid.lowest(),
                    grid.highest(),
                    codes,
                    0);
        }
        pack();
        return true;
    }

    private boolean rangesOfBrain(Tile tile) {
        if (symmetric) {
            // Lows stay zero.
            return groups.magnitudesOfBrain(tile.bytes(), tile.byteOffset(), count, length, highs);
        }
        return groups.rangesOfBrain(tile.bytes(), tile.byteOffset(), count, length, lows, highs);
    }

    private boolean rangesOfFloats(Tile tile) {
        float[] values = tile.floats();
        return groups.ranges(values, tile.floatOffset(), count, length, lows, highs);
    }

    private void remember(int index) {
        scales[index] = grid.scale();
        shifts[index] = grid.shift();
        zeroPoints[index] = grid.zeroPoint();
        storedScales[index] = Float16.floatToHalf(grid.scale());
    }

    int count() {
        return count;
    }

    short storedScale(int index) {
        return storedScales[index];
    }

    /** The code that stands for zero. */
    int zeroPoint(int index) {
        return (int) zeroPoints[index];
    }

    /** All codes as one stream of bits. */
    byte[] packed() {
        return packed;
    }

    /** What the codes stand for, in float32, with the scales as they are stored. */
    void reconstruct(float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            scales[i] = Float16.halfToFloat(storedScales[i]);
        }
        if (bits == 4 && length % SymmetricFactors.SPAN == 0) {
            groups.decodeNibbles(packed, 0, count, length, scales, zeroPoints, values, offset);
            return;
        }
        integers.unpack(packed, 0, bits, codes, 0, count * length);
        for (int i = 0; i < count; i++) {
            int at = i * length;
            integers.decode(codes, at, length, scales[i], zeroPoints[i], values, offset + at);
        }
    }
}
