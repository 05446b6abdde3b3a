package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Codes back to values, group by group. */
final class IntegerDecoder implements Decoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final int bits;
    private final long groupLength;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final GroupKernels groupKernels = Kernels.get().groups();
    private byte[] codes = new byte[0];
    private float[] scales = new float[0];
    private float[] zeroPoints = new float[0];

    IntegerDecoder(int bits, long groupLength) {
        this.bits = bits;
        this.groupLength = groupLength;
    }

    @Override
    public int tileUnit() {
        return IntegerEncoder.tileUnit(bits, groupLength);
    }

    /** Whole groups of packed codes, many of them at once. */
    private void decodeGroups(byte[][] parts, int[] offsets, int groups, float[] values, int valueOffset) {
        if (scales.length < groups) {
            scales = new float[groups];
            zeroPoints = new float[groups];
        }
        for (int group = 0; group < groups; group++) {
            int at = group * Float.BYTES;
            scales[group] = (float) FLOATS.get(parts[IntegerScheme.SCALES], offsets[IntegerScheme.SCALES] + at);
            zeroPoints[group] =
                    (float) FLOATS.get(parts[IntegerScheme.ZERO_POINTS], offsets[IntegerScheme.ZERO_POINTS] + at);
        }
        byte[] packed = parts[IntegerScheme.CODES];
        int packedAt = offsets[IntegerScheme.CODES];
        groupKernels.decodeNibbles(
                packed, packedAt, groups, (int) groupLength, scales, zeroPoints, values, valueOffset);
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        boolean wholeGroups = start % groupLength == 0 && count % groupLength == 0;
        if (bits == 4 && wholeGroups && groupLength % GroupKernels.UNIT == 0) {
            decodeGroups(parts, offsets, (int) (count / groupLength), values, valueOffset);
            return;
        }
        if (codes.length < count) {
            codes = new byte[count];
        }
        kernels.unpack(parts[IntegerScheme.CODES], offsets[IntegerScheme.CODES], bits, codes, 0, count);
        int done = 0;
        int scaleAt = offsets[IntegerScheme.SCALES];
        int zeroPointAt = offsets[IntegerScheme.ZERO_POINTS];
        while (done < count) {
            long at = start + done;
            int length = (int) Math.min(count - done, (at / groupLength + 1) * groupLength - at);
            float scale = (float) FLOATS.get(parts[IntegerScheme.SCALES], scaleAt);
            float zeroPoint = (float) FLOATS.get(parts[IntegerScheme.ZERO_POINTS], zeroPointAt);
            kernels.decode(codes, done, length, scale, zeroPoint, values, valueOffset + done);
            scaleAt += Float.BYTES;
            zeroPointAt += Float.BYTES;
            done += length;
        }
    }
}
