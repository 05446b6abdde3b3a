package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.scheme.Decoder;
import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Codes of the dynamic type back to values, block by block. */
final class DynamicDecoder implements Decoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final int block;
    private final DynamicValues dynamicValues;

    DynamicDecoder(int block, DataType source) {
        this.block = block;
        this.dynamicValues = new DynamicValues(source);
    }

    @Override
    public int tileUnit() {
        return block;
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        byte[] codes = parts[BlockSettings.CODES];
        int codesAt = offsets[BlockSettings.CODES];
        int scaleAt = offsets[BlockSettings.ABSMAX];
        for (int done = 0; done < count; done += block) {
            int length = Math.min(block, count - done);
            float absmax = (float) FLOATS.get(parts[BlockSettings.ABSMAX], scaleAt);
            dynamicValues.decode(codes, codesAt + done, length, absmax, values, valueOffset + done);
            scaleAt += Float.BYTES;
        }
    }
}
