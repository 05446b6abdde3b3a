package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;

/** What Q4_0 and Q5_0 share: the value farthest from zero has code 0, and zero has the one in the middle. */
abstract class SignedScaleCodec extends ScaledCodec {
    static final int ELEMENTS = 32;
    static final int CODES = 2;

    private final int zero;
    private final int bytes;
    private final byte[] codes = new byte[SCALES * ELEMENTS];
    private final float[] origins = new float[SCALES];
    private final float[] weights = new float[ELEMENTS];
    private final SymmetricSearch search;

    SignedScaleCodec(BlockPassKernels kernels, int zero, int codeBytes) {
        super(kernels, ELEMENTS, CODES + codeBytes, 1);
        this.zero = zero;
        this.bytes = CODES + codeBytes;
        this.search = new SymmetricSearch(zero, ELEMENTS);
    }

    abstract void pack(byte[] unpacked, int offset, byte[] target, int at);

    @Override
    final void encodeRun(float[] values, int offset, int blocks, byte[] target, int at) {
        kernels.farthest(values, offset, blocks, ELEMENTS, farthest);
        storeScales(blocks, -zero, target, at);
        kernels.truncate(values, offset, blocks, origins, inverses, zero + 0.5f, 2 * zero - 1, codes);
        pack(codes, blocks, target, at + CODES, bytes);
    }

    @Override
    final boolean encodeBrainRun(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        if (!kernels.farthestOfBrain(stored, byteOffset, blocks, ELEMENTS, farthest)) {
            return false;
        }
        storeScales(blocks, -zero, target, at);
        kernels.truncateBrain(stored, byteOffset, blocks, inverses, zero + 0.5f, 2 * zero - 1, codes);
        pack(codes, blocks, target, at + CODES, bytes);
        return true;
    }

    /** Packs the codes of the blocks of a run; those of a block are stored at a distance of {@code stride}. */
    void pack(byte[] unpacked, int blocks, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            pack(unpacked, block * ELEMENTS, target, at + block * stride);
        }
    }

    @Override
    final void encodePlain(float[] values, int offset, byte[] target, int at) {
        float scale = CArithmetic.largestMagnitude(values, offset, ELEMENTS) / -zero;
        float inverse = CArithmetic.inverse(scale);
        for (int i = 0; i < ELEMENTS; i++) {
            // Adding 0.5 makes truncation round; a cast to a byte comes before the limit in C.
            byte code = (byte) CArithmetic.truncated(values[offset + i] * inverse + (zero + 0.5f));
            codes[i] = (byte) Math.min(2 * zero - 1, code);
        }
        Fields.putHalf(target, at, scale);
        pack(codes, 0, target, at + CODES);
    }

    @Override
    public final void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        importance.weigh(values, offset, 0, ELEMENTS, importance.rowMeanSquare(), weights);
        float scale = search.fit(values, offset, ELEMENTS, weights, 0, codes, 0);
        Fields.putHalf(target, at, scale);
        pack(codes, 0, target, at + CODES);
    }
}
