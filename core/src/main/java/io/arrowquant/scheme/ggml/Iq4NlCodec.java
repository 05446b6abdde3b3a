package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;
import io.arrowquant.kernel.TableSearch;

/** IQ4_NL: a scale and 32 codes of four bits that stand for the values of a table. {@code x = d * table[q]}. */
final class Iq4NlCodec implements BlockCodec {
    private static final int ELEMENTS = 32;
    private static final int CODES = 2;
    private static final int BYTES = CODES + ELEMENTS / 2;
    private static final int SEARCHED_AT_ONCE = SubBlockSearch.CAPACITY;

    private final TableSearch search;
    private final NonLinearTable weighted = new NonLinearTable();
    private final float[] weights = new float[ELEMENTS];
    private final float[] inverses = new float[SEARCHED_AT_ONCE];
    private final byte[] codes = new byte[SEARCHED_AT_ONCE * ELEMENTS];

    Iq4NlCodec(BlockKernels kernels) {
        this.search = NonLinearTable.on(kernels);
    }

    @Override
    public void encode(float[] values, int offset, int blocks, byte[] target, int at) {
        for (int first = 0; first < blocks; first += SEARCHED_AT_ONCE) {
            int from = offset + first * ELEMENTS;
            int count = Math.min(SEARCHED_AT_ONCE, blocks - first);
            search.fit(values, from, count);
            for (int block = 0; block < count; block++) {
                storeScale(search.scale(block), block, target, at + (first + block) * BYTES);
            }
            storeCodes(values, from, count, target, at + first * BYTES);
        }
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float meanSquare = CArithmetic.sumOfSquares(values, offset, ELEMENTS) * (2f / ELEMENTS);
        importance.weigh(values, offset, 0, ELEMENTS, meanSquare, weights);
        storeScale(weighted.fit(values, offset, ELEMENTS, weights), 0, target, at);
        storeCodes(values, offset, 1, target, at);
    }

    private void storeScale(float scale, int block, byte[] target, int at) {
        // Codes are chosen for the scale as computed, not as rounded to half precision.
        inverses[block] = CArithmetic.inverse(scale);
        Fields.putHalf(target, at, scale);
    }

    private void storeCodes(float[] values, int offset, int blocks, byte[] target, int at) {
        search.encode(values, offset, blocks, inverses, codes);
        for (int block = 0; block < blocks; block++) {
            Fields.putNibbles(codes, block * ELEMENTS, ELEMENTS, target, at + block * BYTES + CODES);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        for (int i = 0; i < ELEMENTS / 2; i++) {
            byte pair = source[at + CODES + i];
            values[offset + i] = scale * NonLinearTable.value(Fields.lowNibble(pair));
            values[offset + ELEMENTS / 2 + i] = scale * NonLinearTable.value(Fields.highNibble(pair));
        }
    }
}
