package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.EightBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Codes of LLM.int8() back to values: times the largest magnitude of the row, times the reciprocal of 127. */
final class RowDecoder implements Decoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final float STEP = 1f / RowEncoder.LARGEST_CODE;

    private final int columns;
    private final EightBitKernels kernels = Kernels.get().eightBit();

    RowDecoder(int columns) {
        this.columns = columns;
    }

    @Override
    public int tileUnit() {
        return columns;
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        byte[] codes = parts[RowScheme.CODES];
        int codesAt = offsets[RowScheme.CODES];
        for (int done = 0; done < count; done += columns) {
            int rowAt = offsets[RowScheme.ROW_MAXIMA] + done / columns * Float.BYTES;
            float absmax = (float) FLOATS.get(parts[RowScheme.ROW_MAXIMA], rowAt);
            kernels.rowValues(codes, codesAt + done, columns, absmax, STEP, values, valueOffset + done);
        }
    }
}
