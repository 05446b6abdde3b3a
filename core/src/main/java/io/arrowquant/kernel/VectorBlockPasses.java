package io.arrowquant.kernel;

/** Blocks with a scale on vectors: their extremes, and from these their codes. */
final class VectorBlockPasses implements BlockPassKernels {
    private final VectorBlockExtremes extremes = new VectorBlockExtremes();
    private final VectorBlockScales scales = new VectorBlockScales();
    private final VectorBlockCodes encoder = new VectorBlockCodes();

    @Override
    public void farthest(float[] values, int offset, int blocks, int elements, float[] farthest) {
        extremes.farthest(values, offset, blocks, elements, farthest);
    }

    @Override
    public void ranges(float[] values, int offset, int blocks, int elements, float[] lowest, float[] highest) {
        extremes.ranges(values, offset, blocks, elements, lowest, highest);
    }

    @Override
    public boolean farthestOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] farthest) {
        return extremes.farthestOfBrain(stored, byteOffset, blocks, elements, farthest);
    }

    @Override
    public boolean magnitudesOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] magnitudes) {
        return extremes.magnitudesOfBrain(stored, byteOffset, blocks, elements, magnitudes);
    }

    @Override
    public boolean scales(float[] farthest, int blocks, float divisor, float[] scales, float[] inverses) {
        return this.scales.scales(farthest, blocks, divisor, scales, inverses);
    }

    @Override
    public void halves(float[] values, int count, byte[] target, int at, int stride) {
        scales.halves(values, count, target, at, stride);
    }

    @Override
    public void round(float[] values, int offset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        encoder.round(values, offset, blocks, inverses, target, at, stride);
    }

    @Override
    public void roundBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        encoder.roundBrain(stored, byteOffset, blocks, inverses, target, at, stride);
    }

    @Override
    public void truncate(
            float[] values,
            int offset,
            int blocks,
            float[] origins,
            float[] inverses,
            float bias,
            int top,
            byte[] codes) {
        encoder.truncate(values, offset, blocks, origins, inverses, bias, top, codes);
    }

    @Override
    public void truncateBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, float bias, int top, byte[] codes) {
        encoder.truncateBrain(stored, byteOffset, blocks, inverses, bias, top, codes);
    }

    @Override
    public void fourBitFloats(float[] values, int offset, int blocks, int elements, float[] scales, byte[] codes) {
        encoder.fourBitFloats(values, offset, blocks, elements, scales, codes);
    }

    @Override
    public void fourBitFloatsOfBrain(
            byte[] stored, int byteOffset, int blocks, int elements, float[] scales, byte[] codes) {
        encoder.fourBitFloatsOfBrain(stored, byteOffset, blocks, elements, scales, codes);
    }

    @Override
    public void packHalves(byte[] codes, int blocks, byte[] target, int at, int stride) {
        VectorBlockCodes.packHalves(codes, blocks, target, at, stride);
    }
}
