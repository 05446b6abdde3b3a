package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.BlockPassKernels;
import io.arrowquant.kernel.Float16;

/**
 * A type whose scales follow from one look at each block. Runs of blocks go through the passes of kernels; blocks whose
 * numbers leave the range that those hold for, very small and very large ones, are then done once more, one by one, by
 * the plain code that is also the reference.
 */
abstract class ScaledCodec implements BlockCodec {
    /** Scales of a run. */
    static final int SCALES = BlockPassKernels.BLOCKS;

    /**
     * Blocks of a run of elements that are read as they are stored. While passes go over few blocks, the processor fetches
     * the next ones by itself; it does not look as far ahead as a long run.
     */
    private static final int STORED_BLOCKS = 16;

    private final int elements;
    private final int bytes;
    private final int runBlocks;
    private final int[] left;
    private int leftCount;
    private final float[] widened;

    final BlockPassKernels kernels;

    /** What lies farthest from zero, of each scale's elements of a run. */
    final float[] farthest = new float[SCALES];

    final float[] scales = new float[SCALES];
    final float[] inverses = new float[SCALES];

    ScaledCodec(BlockPassKernels kernels, int elements, int bytes, int scalesPerBlock) {
        this.kernels = kernels;
        this.elements = elements;
        this.bytes = bytes;
        this.runBlocks = SCALES / scalesPerBlock;
        this.left = new int[runBlocks];
        this.widened = new float[elements];
    }

    /** Encodes one block of any values. */
    abstract void encodePlain(float[] values, int offset, byte[] target, int at);

    /** Encodes the blocks of a run, except for those it {@link #leave leaves}. */
    abstract void encodeRun(float[] values, int offset, int blocks, byte[] target, int at);

    /** The same of bfloat16 elements; false when this type needs floats, or a value is not finite. */
    boolean encodeBrainRun(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        return false;
    }

    /** Has a block of this run encoded plainly. */
    final void leave(int block) {
        if (leftCount == 0 || left[leftCount - 1] != block) {
            left[leftCount++] = block;
        }
    }

    /** Inverts scales, one of each block: zero for zero. Leaves blocks whose scale is not a normal number. */
    final void invert(int blocks) {
        // The loops are apart so that the compiler can vectorise the divisions.
        for (int block = 0; block < blocks; block++) {
            inverses[block] = 1f / scales[block];
        }
        for (int block = 0; block < blocks; block++) {
            float magnitude = Math.abs(scales[block]);
            if (!(magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE)) {
                inverses[block] = 0f;
                if (magnitude != 0f) {
                    leave(block);
                }
            }
        }
    }

    /** Scales that follow from what lies farthest out, one of each block; stored as halves at the start of blocks. */
    final void storeScales(int blocks, float divisor, byte[] target, int at) {
        if (!kernels.scales(farthest, blocks, divisor, scales, inverses)) {
            invert(blocks);
        }
        kernels.halves(scales, blocks, target, at, bytes);
    }

    @Override
    public final void encode(float[] values, int offset, int blocks, byte[] target, int at) {
        for (int first = 0; first < blocks; first += runBlocks) {
            int from = offset + first * elements;
            int to = at + first * bytes;
            leftCount = 0;
            encodeRun(values, from, Math.min(runBlocks, blocks - first), target, to);
            for (int i = 0; i < leftCount; i++) {
                encodePlain(values, from + left[i] * elements, target, to + left[i] * bytes);
            }
        }
    }

    @Override
    public final boolean encodeBrain(byte[] stored, int byteOffset, int blocks, byte[] target, int at) {
        for (int first = 0; first < blocks; first += STORED_BLOCKS) {
            int from = byteOffset + 2 * first * elements;
            int to = at + first * bytes;
            leftCount = 0;
            if (!encodeBrainRun(stored, from, Math.min(STORED_BLOCKS, blocks - first), target, to)) {
                return false;
            }
            for (int i = 0; i < leftCount; i++) {
                int block = from + 2 * left[i] * elements;
                for (int k = 0; k < elements; k++) {
                    widened[k] = Float16.brainToFloat((short) Fields.unsignedShort(stored, block + 2 * k));
                }
                encodePlain(widened, 0, target, to + left[i] * bytes);
            }
        }
        return true;
    }
}
