package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockKernels;
import io.arrowquant.kernel.SubBlockSearch;
import io.arrowquant.kernel.TableSearch;
import java.util.Arrays;

/**
 * IQ4_XS: eight sub-blocks of 32 codes into the table of IQ4_NL, each with a signed scale of six bits. After d come the
 * top two bits of the scales, then their low nibbles, then the codes. {@code x = d * (scale - 32) * table[q]}.
 */
final class Iq4XsCodec extends SuperBlockCodec {
    private static final int SUB_BLOCK = 32;
    private static final int SUB_BLOCKS = ELEMENTS / SUB_BLOCK;
    private static final int SCALE_ZERO = 32;
    private static final int HIGH = 2;
    private static final int LOW = 4;
    private static final int CODES = 8;
    private static final int BYTES = CODES + ELEMENTS / 2;

    private final TableSearch search;
    private final NonLinearTable weighted = new NonLinearTable();
    private final float[] weights = new float[SUB_BLOCK];
    private final float[] scales = new float[SUB_BLOCKS];
    private final float[] inverses = new float[SUB_BLOCKS];

    Iq4XsCodec(BlockKernels kernels) {
        this(NonLinearTable.on(kernels));
    }

    private Iq4XsCodec(TableSearch search) {
        super(SUB_BLOCKS, BYTES, search);
        this.search = search;
    }

    @Override
    void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at) {
        found.putScales(first, SUB_BLOCKS, scales);
        store(values, offset, target, at);
    }

    @Override
    public void encodeWeighted(float[] values, int offset, BlockImportance importance, byte[] target, int at) {
        float meanSquare = CArithmetic.sumOfSquares(values, offset, ELEMENTS) * (2f / ELEMENTS);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int within = SUB_BLOCK * j;
            importance.weigh(values, offset + within, within, SUB_BLOCK, meanSquare, weights);
            scales[j] = weighted.fit(values, offset + within, SUB_BLOCK, weights);
        }
        store(values, offset, target, at);
    }

    private void store(float[] values, int offset, byte[] target, int at) {
        // Codes are chosen for the scale as computed, not as rounded to half precision.
        float scale = -CArithmetic.largestOfFew(scales, SUB_BLOCKS) / SCALE_ZERO;
        float inverse = CArithmetic.inverse(scale);
        Fields.putHalf(target, at, scale);
        Arrays.fill(target, at + LOW, at + CODES, (byte) 0);
        int high = 0;
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int code = CArithmetic.nearest(inverse * scales[j], -SCALE_ZERO, SCALE_ZERO - 1);
            inverses[j] = CArithmetic.inverse(scale * code);
            int stored = code + SCALE_ZERO;
            target[at + LOW + j / 2] |= (byte) ((stored & 0xf) << (4 * (j % 2)));
            high |= (stored >> 4) << (2 * j);
        }
        Fields.putShort(target, at + HIGH, high);
        search.encode(values, offset, SUB_BLOCKS, inverses, codes);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            Fields.putNibbles(codes, SUB_BLOCK * j, SUB_BLOCK, target, at + CODES + SUB_BLOCK / 2 * j);
        }
    }

    @Override
    public void decode(byte[] source, int at, float[] values, int offset) {
        float scale = Fields.half(source, at);
        int high = Fields.unsignedShort(source, at + HIGH);
        for (int j = 0; j < SUB_BLOCKS; j++) {
            int low = (source[at + LOW + j / 2] >> (4 * (j % 2))) & 0xf;
            float step = scale * ((low | ((high >> (2 * j)) & 3) << 4) - SCALE_ZERO);
            int from = offset + SUB_BLOCK * j;
            for (int i = 0; i < SUB_BLOCK / 2; i++) {
                byte pair = source[at + CODES + SUB_BLOCK / 2 * j + i];
                values[from + i] = step * NonLinearTable.value(Fields.lowNibble(pair));
                values[from + SUB_BLOCK / 2 + i] = step * NonLinearTable.value(Fields.highNibble(pair));
            }
        }
    }
}
