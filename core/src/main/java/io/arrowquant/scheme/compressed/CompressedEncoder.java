package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.ElementRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Encodes tiles of whole slices; any pieces of slices where a first pass found their ranges. */
final class CompressedEncoder implements Encoder {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Settings settings;
    private final Slices slices;
    private final int across;
    private final SliceCursor cursor;
    private final PartLayout layout;
    private final SliceGrid grid;
    private final float globalScale;
    private final TileValues tileValues;
    private final ZeroPointRows zeroPoints;
    private final LeastError leastError;
    private final int tileUnit;
    private final CodePacking packing;
    private byte[] codes = new byte[0];

    /** Where the codes of the last tile are when they were packed at once; null when they are in {@link #codes}. */
    private byte[] packed;

    private int packedAt;

    /** What reconstructing the last tile takes: the scale and zero point of each run, and where the tile was. */
    private byte[] runScales = new byte[0];

    private float[] runDivisors = new float[0];
    private float[] runZeroPoints = new float[0];
    private final float[] divisor = new float[1];
    private final float[] zeroPoint = new float[1];
    private long tileStart;
    private int tileCount;

    CompressedEncoder(Settings settings, EncodeRequest request, TileValues values, float globalScale, int steps) {
        Precision precision = settings.format().precision(request.dtype());
        this.settings = settings;
        this.slices = settings.slices(request.shape());
        this.across = Math.toIntExact(slices.across());
        this.cursor = new SliceCursor(slices);
        this.layout = PartLayout.of(settings);
        this.packing = settings.format().packing;
        this.globalScale = globalScale;
        this.grid = settings.grid(precision, globalScale);
        this.tileValues = values;
        this.zeroPoints = settings.packsZeroPoints() ? new ZeroPointRows(settings.bits(), across) : null;
        this.leastError = settings.leastError() ? new LeastError(grid, precision, steps) : null;
        this.tileUnit = tileUnit(settings, slices);
    }

    /** Whole slices, and codes that fill whole units of the output; of slices too long to hold, the latter only. */
    static int tileUnit(Settings settings, Slices slices) {
        long unit = settings.format().packing.unit(slices.columns());
        if (slices.areHeld()) {
            unit = ElementRange.leastCommonMultiple(Math.max(1, slices.unit()), unit);
        }
        return Math.toIntExact(unit);
    }

    @Override
    public int tileUnit() {
        return tileUnit;
    }

    @Override
    public long replaced() {
        return tileValues.replaced();
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        tileStart = start;
        tileCount = tile.count();
        if (codes.length < tileCount) {
            codes = new byte[Math.max(tileCount, Tile.ELEMENTS)];
        }
        if (start == 0) {
            appendConstants(parts);
        }
        tileValues.set(tile, start);
        int begin = parts.append(PartLayout.CODES, packing.bytes(tileCount, slices.columns(), settings.bits()));
        packed = null;
        packedAt = begin;
        if (slices.areConsecutive()) {
            encodeConsecutive(parts);
        } else {
            encodeRuns(parts);
        }
        if (packed == null) {
            packing.pack(codes, tileCount, slices.columns(), settings.bits(), parts.array(PartLayout.CODES), begin);
        }
    }

    /** Whole slices, one after the other: all are fitted first, then all are encoded. */
    private void encodeConsecutive(PartBuffers parts) {
        int width = (int) slices.width();
        int count = tileCount / width;
        if (zeroPoints == null && layout.zeroPoints() < 0 && leastError == null) {
            fitSymmetric(tileStart / width, count);
        } else {
            cursor.begin(tileStart, tileCount);
            for (int run = 0; cursor.next(); run++) {
                fit(cursor.slice(), cursor.done(), width);
                rememberRun(run);
                appendZeroPoint(parts);
            }
        }
        int bytes = count * grid.scaleBytes();
        int begin = parts.append(PartLayout.SCALES, bytes);
        System.arraycopy(runScales, 0, parts.array(PartLayout.SCALES), begin, bytes);
        encodeSlices(count, width, parts.array(PartLayout.CODES));
    }

    /** What the loop over a cursor does, where nothing but the magnitude of a slice matters. */
    private void fitSymmetric(long firstSlice, int count) {
        reserveRuns(count);
        grid.fit(tileValues.ranges().magnitudes(firstSlice, count), count, runDivisors, runScales);
        Arrays.fill(runZeroPoints, 0, count, 0f);
    }

    private void encodeSlices(int count, int width, byte[] target) {
        Tile stored = tileValues.stored();
        if (stored != null
                && packing.isNibbles(slices.columns(), settings.bits())
                && grid.packStored(stored, count, width, runDivisors, target, packedAt)) {
            packed = target;
            return;
        }
        if (stored != null && grid.encodeStored(stored, count, width, runDivisors, runZeroPoints, codes, 0)) {
            return;
        }
        float[] values = tileValues.values();
        grid.encode(values, tileValues.offset(), count, width, runDivisors, runZeroPoints, codes, 0);
    }

    /** Slices of several rows, or parts of slices: run by run. */
    private void encodeRuns(PartBuffers parts) {
        cursor.begin(tileStart, tileCount);
        for (int run = 0; cursor.next(); run++) {
            int done = cursor.done();
            fit(cursor.slice(), done, cursor.length());
            rememberRun(run);
            if (cursor.beginsSlice()) {
                int begin = parts.append(PartLayout.SCALES, grid.scaleBytes());
                grid.storeScale(parts.array(PartLayout.SCALES), begin);
                appendZeroPoint(parts);
            }
            divisor[0] = runDivisors[run];
            zeroPoint[0] = runZeroPoints[run];
            float[] values = tileValues.values();
            int offset = tileValues.offset() + done;
            grid.encode(values, offset, 1, cursor.length(), divisor, zeroPoint, codes, done);
        }
    }

    private void fit(long slice, int done, int length) {
        SliceRanges ranges = tileValues.ranges();
        if (leastError == null) {
            grid.fit(ranges.low(slice), ranges.high(slice));
        } else {
            float[] values = tileValues.values();
            leastError.fit(ranges.low(slice), ranges.high(slice), values, tileValues.offset() + done, length);
        }
    }

    private void rememberRun(int run) {
        reserveRuns(run + 1);
        grid.storeScale(runScales, run * grid.scaleBytes());
        runDivisors[run] = grid.divisor();
        runZeroPoints[run] = grid.zeroPoint();
    }

    private void reserveRuns(int runs) {
        if (runZeroPoints.length < runs) {
            runZeroPoints = Arrays.copyOf(runZeroPoints, 2 * runs + 16);
            runDivisors = Arrays.copyOf(runDivisors, runZeroPoints.length);
            runScales = Arrays.copyOf(runScales, runZeroPoints.length * grid.scaleBytes());
        }
    }

    private void appendZeroPoint(PartBuffers parts) {
        if (zeroPoints != null) {
            int column = cursor.acrossIndex();
            zeroPoints.set(cursor.row(), column, grid.zeroPoint());
            if (column == across - 1) {
                zeroPoints.endRow(cursor.row(), slices.rows(), parts, layout.zeroPoints());
            }
        } else if (layout.zeroPoints() >= 0) {
            int at = parts.append(layout.zeroPoints(), 1);
            parts.array(layout.zeroPoints())[at] = (byte) grid.zeroPoint();
        }
    }

    /** Parts that say something of the whole tensor come with its first element. */
    private void appendConstants(PartBuffers parts) {
        if (layout.globalScale() >= 0) {
            int at = parts.append(layout.globalScale(), Float.BYTES);
            Precision.SINGLE.store(globalScale, parts.array(layout.globalScale()), at);
        }
        if (layout.weightShape() >= 0) {
            int at = parts.append(layout.weightShape(), 2 * Long.BYTES);
            LONGS.set(parts.array(layout.weightShape()), at, slices.rows());
            LONGS.set(parts.array(layout.weightShape()), at + Long.BYTES, slices.columns());
        }
    }

    @Override
    public boolean reconstruct(float[] values, int offset) {
        if (packed != null) {
            int width = (int) slices.width();
            if (grid.decodePacked(packed, packedAt, tileCount / width, width, runDivisors, values, offset)) {
                return true;
            }
            packing.unpack(packed, packedAt, tileCount, slices.columns(), settings.bits(), codes);
            packed = null;
        }
        cursor.begin(tileStart, tileCount);
        for (int run = 0; cursor.next(); run++) {
            grid.load(runScales, run * grid.scaleBytes(), (int) runZeroPoints[run]);
            grid.decode(codes, cursor.done(), cursor.length(), values, offset + cursor.done());
        }
        return true;
    }
}
