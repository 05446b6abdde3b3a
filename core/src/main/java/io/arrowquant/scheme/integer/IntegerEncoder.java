package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Encodes tiles of whole groups; pieces of groups where a first pass found their ranges. */
final class IntegerEncoder implements Encoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    /** Pieces of surveyed groups are cut here: codes of such pieces fill whole bytes. */
    private static final int PIECE = 4096;

    private final int bits;
    private final IntegerGrid grid;
    private final long groupLength;
    private final EncodeRequest request;
    private final GroupRanges surveyed;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final float[] range = new float[2];
    private byte[] codes = new byte[0];
    private float[] repaired = new float[0];
    private long replaced;

    /** The groups, or pieces of groups, of the last tile. */
    private int runs;

    private int[] runLengths = new int[0];
    private float[] runScales = new float[0];
    private float[] runZeroPoints = new float[0];

    IntegerEncoder(int bits, IntegerGrid grid, long groupLength, EncodeRequest request, GroupRanges surveyed) {
        this.bits = bits;
        this.grid = grid;
        this.groupLength = groupLength;
        this.request = request;
        this.surveyed = surveyed;
    }

    @Override
    public int tileUnit() {
        return tileUnit(bits, groupLength);
    }

    /** Whole groups whose codes fill whole bytes; groups too long to hold are cut at fixed places. */
    static int tileUnit(int bits, long groupLength) {
        if (groupLength > IntegerScheme.LONGEST_HELD_GROUP) {
            return PIECE;
        }
        int perByte = 8 / bits;
        long unit = groupLength;
        while (unit % perByte != 0) {
            unit += groupLength;
        }
        return (int) unit;
    }

    @Override
    public long replaced() {
        return replaced;
    }

    /** From the grids of the last tile: the scale of a group that began in an earlier one may be gone from the parts. */
    @Override
    public boolean reconstruct(float[] values, int offset) {
        int done = 0;
        for (int run = 0; run < runs; run++) {
            kernels.decode(codes, done, runLengths[run], runScales[run], runZeroPoints[run], values, offset + done);
            done += runLengths[run];
        }
        return true;
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        int count = tile.count();
        if (codes.length < count) {
            codes = new byte[Math.max(count, Tile.ELEMENTS)];
        }
        float[] values = tile.floats();
        runs = 0;
        int done = 0;
        while (done < count) {
            long at = start + done;
            long group = at / groupLength;
            int length = (int) Math.min(count - done, (group + 1) * groupLength - at);
            encodeGroup(values, tile.floatOffset() + done, length, at, done);
            remember(length);
            if (at == group * groupLength) {
                appendFloat(parts, IntegerScheme.SCALES, grid.scale);
                appendFloat(parts, IntegerScheme.ZERO_POINTS, grid.zeroPoint);
            }
            done += length;
        }
        int begin = parts.append(IntegerScheme.CODES, (int) (((long) count * bits + 7) / 8));
        kernels.pack(codes, 0, count, bits, parts.array(IntegerScheme.CODES), begin);
    }

    private void remember(int length) {
        if (runs == runLengths.length) {
            int capacity = Math.max(256, 2 * runs);
            runLengths = Arrays.copyOf(runLengths, capacity);
            runScales = Arrays.copyOf(runScales, capacity);
            runZeroPoints = Arrays.copyOf(runZeroPoints, capacity);
        }
        runLengths[runs] = length;
        runScales[runs] = grid.scale;
        runZeroPoints[runs] = grid.zeroPoint;
        runs++;
    }

    private void encodeGroup(float[] values, int offset, int length, long at, int codeOffset) {
        float[] source = values;
        int sourceOffset = offset;
        boolean finite = kernels.range(values, offset, length, range);
        if (!finite) {
            if (request.nonFinite() == NonFinite.ERROR) {
                throw FiniteValues.firstNonFinite(request, values, offset, length, at);
            }
            repair(values, offset, length, at);
            source = repaired;
            sourceOffset = 0;
            kernels.range(source, 0, length, range);
        }
        if (surveyed != null) {
            surveyed.range(at / groupLength, range);
        }
        grid.fit(range[0], range[1]);
        kernels.encode(
                source, sourceOffset, length, grid.scale, grid.lowest, grid.highest, grid.zeroPoint, codes, codeOffset);
    }

    private void repair(float[] values, int offset, int length, long at) {
        if (repaired.length < length) {
            repaired = new float[length];
        }
        FiniteValues.range(values, offset, length, range);
        float magnitude = surveyed == null ? Math.max(-range[0], range[1]) : surveyed.magnitude(at / groupLength);
        replaced += FiniteValues.repair(values, offset, length, magnitude, repaired, 0);
    }

    private static void appendFloat(PartBuffers parts, int part, float value) {
        int at = parts.append(part, Float.BYTES);
        FLOATS.set(parts.array(part), at, value);
    }
}
