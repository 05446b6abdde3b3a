package io.arrowquant.scheme.hqq;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Encodes tiles of whole groups, in float32. Codes of four bits come with the last tile. */
final class HqqEncoder implements Encoder {
    static final VarHandle FLOATS = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private static final float SMALLEST_RANGE = 1e-4f;
    private static final float LARGEST_INVERSE = 2e4f;

    private final EncodeRequest request;
    private final int group;
    private final float highest;
    private final boolean halves;
    private final long elements;
    private final float[] values;
    private byte[] packed;
    private byte[] codes = new byte[0];
    private float[] inverses = new float[0];
    private float[] zeroPoints = new float[0];
    private int count;
    private long replaced;

    HqqEncoder(EncodeRequest request, int group, int bits) {
        this.request = request;
        this.group = group;
        this.highest = (1 << bits) - 1;
        this.halves = bits == 4;
        this.elements = request.shape().elements();
        this.values = new float[group];
    }

    @Override
    public int tileUnit() {
        return group;
    }

    @Override
    public long replaced() {
        return replaced;
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        count = tile.count();
        int groups = count / group;
        if (codes.length < count) {
            codes = new byte[Math.max(count, Tile.ELEMENTS)];
            inverses = new float[codes.length / group + 1];
            zeroPoints = new float[inverses.length];
        }
        if (halves && start == 0) {
            packed = new byte[Math.toIntExact(elements / 2)];
        }
        int scalesAt = parts.append(HqqScheme.SCALES, groups * Float.BYTES);
        int zeroPointsAt = parts.append(HqqScheme.ZERO_POINTS, groups * Float.BYTES);
        float[] floats = tile.floats();
        for (int i = 0; i < groups; i++) {
            load(floats, tile.floatOffset() + i * group, start + (long) i * group);
            fit(i);
            encodeGroup(i);
            FLOATS.set(parts.array(HqqScheme.SCALES), scalesAt + i * Float.BYTES, 1f / inverses[i]);
            FLOATS.set(parts.array(HqqScheme.ZERO_POINTS), zeroPointsAt + i * Float.BYTES, zeroPoints[i]);
        }
        if (halves) {
            addHalves(start);
            if (start + count == elements) {
                parts.give(HqqScheme.CODES, packed);
                packed = null;
            }
        } else {
            int begin = parts.append(HqqScheme.CODES, count);
            System.arraycopy(codes, 0, parts.array(HqqScheme.CODES), begin, count);
        }
    }

    /** Takes a group, its values replaced where necessary. */
    private void load(float[] floats, int offset, long at) {
        boolean finite = true;
        for (int i = 0; i < group; i++) {
            values[i] = floats[offset + i];
            finite &= Math.abs(values[i]) <= Float.MAX_VALUE;
        }
        if (!finite) {
            if (request.nonFinite() == NonFinite.ERROR) {
                throw FiniteValues.firstNonFinite(request, floats, offset, group, at);
            }
            float[] range = new float[2];
            FiniteValues.range(floats, offset, group, range);
            replaced += FiniteValues.repair(floats, offset, group, Math.max(-range[0], range[1]), values, 0);
        }
    }

    /** The reference multiplies with the reciprocal of the range, and works with the inverse of the scale. */
    private void fit(int index) {
        float low = values[0];
        float high = values[0];
        for (int i = 1; i < group; i++) {
            // Of zeros of both signs the first counts.
            low = values[i] < low ? values[i] : low;
            high = values[i] > high ? values[i] : high;
        }
        float range = high - low;
        float inverse = range <= SMALLEST_RANGE ? 1f : Math.min(1f / range * highest, LARGEST_INVERSE);
        // A range beyond the largest float has no inverse.
        inverses[index] = inverse == 0f ? Float.MIN_NORMAL : inverse;
        zeroPoints[index] = -low * inverses[index];
    }

    private void encodeGroup(int index) {
        for (int i = 0; i < group; i++) {
            float whole = (float) Math.rint(values[i] * inverses[index] + zeroPoints[index]);
            codes[index * group + i] = (byte) (int) Math.min(Math.max(whole, 0f), highest);
        }
    }

    private void addHalves(long start) {
        int half = packed.length;
        for (int i = 0; i < count; i++) {
            long at = start + i;
            if (at < half) {
                packed[(int) at] = (byte) (codes[i] << 4);
            } else {
                packed[(int) (at - half)] |= codes[i];
            }
        }
    }

    @Override
    public boolean reconstruct(float[] target, int offset) {
        for (int i = 0; i < count; i++) {
            target[offset + i] = ((codes[i] & 0xff) - zeroPoints[i / group]) * (1f / inverses[i / group]);
        }
        return true;
    }
}
