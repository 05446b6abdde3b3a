package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.DynamicType;
import io.arrowquant.kernel.FourBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Codes of four bits back to values, block by block. */
final class BlockDecoder implements Decoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final BlockSettings settings;
    private final BlockValues blockValues;
    private final byte[] codes;
    private final FourBitKernels kernels = Kernels.get().fourBit();

    BlockDecoder(BlockSettings settings, DataType source) {
        this.settings = settings;
        this.blockValues = new BlockValues(settings, source);
        this.codes = new byte[settings.block()];
    }

    @Override
    public int tileUnit() {
        return settings.tileUnit();
    }

    @Override
    public void decode(byte[][] parts, int[] offsets, long start, int count, float[] values, int valueOffset) {
        int state = settings.quantState();
        float offset = settings.nested() ? QuantState.offset(parts[state], offsets[state]) : 0f;
        int block = 0;
        for (int done = 0; done < count; done += settings.block()) {
            int length = Math.min(settings.block(), count - done);
            kernels.unpack(parts[BlockSettings.CODES], offsets[BlockSettings.CODES] + done / 2, codes, 0, length);
            blockValues.decode(codes, 0, length, absmax(parts, offsets, block, offset), values, valueOffset + done);
            block++;
        }
    }

    private float absmax(byte[][] parts, int[] offsets, int block, float offset) {
        byte[] scales = parts[BlockSettings.ABSMAX];
        int at = offsets[BlockSettings.ABSMAX];
        if (!settings.nested()) {
            return (float) FLOATS.get(scales, at + block * Float.BYTES);
        }
        int nestedAt = offsets[BlockSettings.NESTED_ABSMAX] + block / BlockSettings.NESTED_BLOCK * Float.BYTES;
        float nested = (float) FLOATS.get(parts[BlockSettings.NESTED_ABSMAX], nestedAt);
        return DynamicType.value(scales[at + block]) * nested + offset;
    }
}
