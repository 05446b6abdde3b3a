package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Survey;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The lowest and highest value and zero of consecutive slices: of those of a tile, or, when slices are too long to
 * hold, of all slices of the tensor in a first pass.
 */
final class SliceRanges implements Survey {
    private final EncodeRequest request;
    private final Slices slices;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final SliceCursor cursor;
    private final BitSet negativeInfinity = new BitSet();
    private final BitSet positiveInfinity = new BitSet();
    private final float[] range = new float[2];
    private final GroupKernels groupKernels = Kernels.get().groups();
    /** True when a tile has many slices, all of them whole: kernels take them all at once. */
    private final boolean manyAtOnce;

    private float[] lows;
    private float[] highs;
    private float[] magnitudes = new float[0];
    private long first;
    private boolean finite = true;
    private boolean highsAreMagnitudes;

    /** True when grids are around zero, so that magnitudes are enough: lows are zero then. */
    private final boolean aroundZero;

    SliceRanges(EncodeRequest request, Slices slices, boolean aroundZero) {
        this.aroundZero = aroundZero;
        this.request = request;
        this.slices = slices;
        this.cursor = new SliceCursor(slices);
        this.manyAtOnce = slices.areConsecutive() && slices.width() % GroupKernels.UNIT_OF_FLOATS == 0;
        this.lows = new float[0];
        this.highs = new float[0];
    }

    /** For a first pass: room for all slices, which are few because each has millions of elements. */
    static SliceRanges ofTensor(EncodeRequest request, Slices slices) {
        SliceRanges ranges = new SliceRanges(request, slices, false);
        ranges.begin(0, Math.toIntExact(slices.count()));
        return ranges;
    }

    /** Forgets everything and makes room for a number of slices. */
    void begin(long firstSlice, int count) {
        first = firstSlice;
        finite = true;
        highsAreMagnitudes = false;
        if (lows.length < count) {
            lows = new float[count];
            highs = new float[count];
        } else {
            Arrays.fill(lows, 0, count, 0f);
            Arrays.fill(highs, 0, count, 0f);
        }
        negativeInfinity.clear();
        positiveInfinity.clear();
    }

    @Override
    public void observe(Tile tile, long start) {
        if (manyAtOnce) {
            int width = (int) slices.width();
            int count = tile.count() / width;
            if (rangesOfAll(tile, count, width)) {
                return;
            }
            Arrays.fill(lows, 0, count, 0f);
            Arrays.fill(highs, 0, count, 0f);
        }
        float[] values = tile.floats();
        int offset = tile.floatOffset();
        cursor.begin(start, tile.count());
        while (cursor.next()) {
            int done = cursor.done();
            observe(values, offset + done, cursor.length(), start + done, cursor.slice());
        }
    }

    private boolean rangesOfAll(Tile tile, int count, int width) {
        if (!TileValues.areStored(tile, width)) {
            float[] values = tile.floats();
            return groupKernels.ranges(values, tile.floatOffset(), count, width, lows, highs);
        }
        byte[] stored = tile.bytes();
        int at = tile.byteOffset();
        boolean brains = tile.type() == DataType.BF16;
        if (aroundZero) {
            // Lows are zero already.
            highsAreMagnitudes = brains
                    ? groupKernels.magnitudesOfBrain(stored, at, count, width, highs)
                    : groupKernels.magnitudesOfStored(stored, at, count, width, highs);
            return highsAreMagnitudes;
        }
        return brains
                ? groupKernels.rangesOfBrain(stored, at, count, width, lows, highs)
                : groupKernels.rangesOfStored(stored, at, count, width, lows, highs);
    }

    private void observe(float[] values, int offset, int count, long at, long sliceOfTensor) {
        int slice = index(sliceOfTensor);
        if (!kernels.range(values, offset, count, range)) {
            finite = false;
            if (request.nonFinite() == NonFinite.ERROR) {
                throw FiniteValues.firstNonFinite(request, values, offset, count, at);
            }
            FiniteValues.range(values, offset, count, range);
            if (FiniteValues.contains(values, offset, count, Float.NEGATIVE_INFINITY)) {
                negativeInfinity.set(slice);
            }
            if (FiniteValues.contains(values, offset, count, Float.POSITIVE_INFINITY)) {
                positiveInfinity.set(slice);
            }
        }
        lows[slice] = Math.min(lows[slice], range[0]);
        highs[slice] = Math.max(highs[slice], range[1]);
    }

    private int index(long slice) {
        return Math.toIntExact(slice - first);
    }

    /** True when no value seen was NaN or infinite. */
    boolean isFinite() {
        return finite;
    }

    /** The largest finite magnitude of a slice: what infinities become. */
    float magnitude(long slice) {
        return Math.max(-lows[index(slice)], highs[index(slice)]);
    }

    /** The magnitudes of consecutive slices, the first at the front; valid until something else is observed. */
    float[] magnitudes(long slice, int count) {
        int begin = index(slice);
        if (highsAreMagnitudes && begin == 0) {
            return highs;
        }
        if (magnitudes.length < count) {
            magnitudes = new float[count];
        }
        for (int i = 0; i < count; i++) {
            magnitudes[i] = Math.max(-lows[begin + i], highs[begin + i]);
        }
        return magnitudes;
    }

    /** The lowest value of a slice, and zero, once infinities are replaced. */
    float low(long slice) {
        return !finite && negativeInfinity.get(index(slice)) ? -magnitude(slice) : lows[index(slice)];
    }

    float high(long slice) {
        return !finite && positiveInfinity.get(index(slice)) ? magnitude(slice) : highs[index(slice)];
    }
}
