package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.kernel.WideningKernels;
import io.arrowquant.tensor.DataType;

/** F16 and BF16: numbers rounded to even, each a block of its own. */
final class FloatCodec implements BlockCodec {
    private final DataType type;
    private final NarrowingKernels narrowing;
    private final WideningKernels widening;
    private final IntegerKernels integers;
    private final float[] range = new float[2];

    FloatCodec(DataType type, KernelProvider kernels) {
        this.type = type;
        this.narrowing = kernels.narrowing();
        this.widening = kernels.widening();
        this.integers = kernels.integer();
    }

    @Override
    public void encode(float[] values, int offset, int blocks, byte[] target, int at) {
        narrowing.narrow(values, offset, type, target, at, blocks);
    }

    @Override
    public boolean encodeBrain(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        if (type != DataType.BF16 || !integers.rangeOfBrain(stored, byteOffset, blocks, range)) {
            return false;
        }
        System.arraycopy(stored, byteOffset, target, at, blocks * type.bytes());
        return true;
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        widening.widen(type, source, at, values, offset, 1);
    }

    @Override
    public boolean decodeRun(byte[] source, int at, int blocks, float[] values, int offset) {
        widening.widen(type, source, at, values, offset, blocks);
        return true;
    }
}
