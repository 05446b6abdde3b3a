package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.SubBlockSearch;

/** A type with blocks of 256 elements in sub-blocks, whose scales are found for several blocks at a time. */
abstract class SuperBlockCodec implements BlockCodec {
    static final int ELEMENTS = 256;

    private final int subBlocks;
    private final int bytes;
    private final SubBlockSearch search;

    /** The codes of the block that is being encoded, one a byte. */
    final byte[] codes = new byte[ELEMENTS];

    SuperBlockCodec(int subBlocks, int bytes, SubBlockSearch search) {
        this.subBlocks = subBlocks;
        this.bytes = bytes;
        this.search = search;
    }

    /** Encodes a block with what the search found for its sub-blocks, {@code first} and those after it. */
    abstract void encode(SubBlockSearch found, int first, float[] values, int offset, byte[] target, int at);

    @Override
    public final void encode(float[] values, int offset, int blocks, byte[] target, int at) {
        int searchedAtOnce = search.capacity() / subBlocks;
        for (int start = 0; start < blocks; start += searchedAtOnce) {
            int end = Math.min(start + searchedAtOnce, blocks);
            search.fit(values, offset + start * ELEMENTS, (end - start) * subBlocks);
            for (int block = start; block < end; block++) {
                int first = (block - start) * subBlocks;
                encode(search, first, values, offset + block * ELEMENTS, target, at + block * bytes);
            }
        }
    }

    /** Takes the codes of the search for sub-blocks whose scale is stored as zero. */
    final void keepCodes(SubBlockSearch found, int first, float[] steps) {
        for (int j = 0; j < subBlocks; j++) {
            if (steps[j] == 0f) {
                found.putCodes(first + j, codes, j * (ELEMENTS / subBlocks));
            }
        }
    }
}
