package io.arrowquant.scheme.integer;

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
    private byte[] codes = new byte[0];

    IntegerDecoder(int bits, long groupLength) {
        this.bits = bits;
        this.groupLength = groupLength;
    }

    @Override
    public int tileUnit() {
        return IntegerEncoder.tileUnit(bits, groupLength);
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
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
