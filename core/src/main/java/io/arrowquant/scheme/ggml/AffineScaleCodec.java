package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** What Q4_1 and Q5_1 share: a scale and a minimum, codes from zero up. {@code x = q * d + m}. */
abstract class AffineScaleCodec extends ScaledCodec {
    static final int ELEMENTS = 32;
    static final int MINIMUM = 2;
    static final int CODES = 4;

    private final int top;
    private final int bytes;
    private final byte[] codes = new byte[SCALES * ELEMENTS];
    private final float[] lowest = new float[SCALES];
    private final float[] highest = new float[SCALES];
    private final float[] weights = new float[ELEMENTS];
    private final AffineSearch search;
    private final ValueRange range = new ValueRange();

    AffineScaleCodec(BlockPassKernels kernels, int top, int codeBytes) {
        super(kernels, ELEMENTS, CODES + codeBytes, 1);
        this.top = top;
        this.bytes = CODES + codeBytes;
        this.search = AffineSearch.weighted(top, ELEMENTS);
    }

    abstract void pack(byte[] unpacked, int offset, byte[] target, int at);

    /** A code as C casts it to a byte. */
    abstract byte limited(byte code);

    @Override
    final void encodeRun(float[] values, int offset, int blocks, byte[] target, int at) {
        kernels.ranges(values, offset, blocks, ELEMENTS, lowest, highest);
        for (int block = 0; block < blocks; block++) {
            scales[block] = (highest[block] - lowest[block]) / top;
        }
        invert(blocks);
        kernels.halves(scales, blocks, target, at, bytes);
        kernels.halves(lowest, blocks, target, at + MINIMUM, bytes);
        kernels.truncate(values, offset, blocks, lowest, inverses, 0.5f, top, codes);
        pack(codes, blocks, target, at + CODES, bytes);
    }

    /** Packs the codes of the blocks of a run; those of a block are stored at a distance of {@code stride}. */
    void pack(byte[] unpacked, int blocks, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            pack(unpacked, block * ELEMENTS, target, at + block * stride);
        }
    }

    @Override
    final void encodePlain(float[] values, int offset, byte[] target, int at) {
        range.find(values, offset, ELEMENTS);
        float minimum = range.lowest;
        float scale = (range.highest - minimum) / top;
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            codes[i] = limited((byte) CArithmetic.truncated((values[offset + i] - minimum) * inverse + 0.5f));
        }
        store(scale, minimum, target, at);
    }

    @Override
    public final void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        importance.weigh(values, offset, 0, ELEMENTS, importance.rowMeanSquare(), weights);
        float scale = search.fit(values, offset, weights, codes, 0);
        store(scale, -search.shift, target, at);
    }

    private void store(float scale, float minimum, byte[] target, int at) {
        Fields.putHalf(target, at, scale);
        Fields.putHalf(target, at + MINIMUM, minimum);
        pack(codes, 0, target, at + CODES);
    }
}
