package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.FourBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.tensor.DataType;

/** The scales of the blocks of a tile, found all at once where every value is finite. */
final class BlockMaxima {
    private final FourBitKernels kernels = Kernels.get().fourBit();
    private final FiniteBlocks blocks;
    private final int block;
    private final boolean fourBits;
    private float[] maxima = new float[0];
    private boolean finite;

    BlockMaxima(BlockSettings settings, EncodeRequest request) {
        this.blocks = new FiniteBlocks(request);
        this.block = settings.block();
        this.fourBits = settings.fourBits() != null;
    }

    /** Finds the scales of a tile; returns how many there are. */
    int set(Tile tile, long start) {
        int count = tile.count();
        int whole = count / block;
        int number = (count + block - 1) / block;
        if (maxima.length < number) {
            maxima = new float[Math.max(number, Tile.ELEMENTS / block)];
        }
        if (isBrain(tile)) {
            kernels.maximaOfBrain(tile.bytes(), tile.byteOffset(), whole * block, block, maxima);
        } else {
            kernels.maxima(tile.floats(), tile.floatOffset(), whole * block, block, maxima);
        }
        finite = true;
        for (int i = 0; i < whole; i++) {
            finite &= maxima[i] <= Float.MAX_VALUE;
        }
        for (int i = finite ? whole : 0; i < number; i++) {
            view(tile, start, i);
            maxima[i] = fourBits ? Scaling.absmax(blocks.absmax(), i == whole) : blocks.absmax();
        }
        return number;
    }

    /** True for tiles of bfloat16 elements, which kernels read as they are stored. */
    static boolean isBrain(Tile tile) {
        return tile.isStored() && tile.type() == DataType.BF16;
    }

    float[] maxima() {
        return maxima;
    }

    /** False when a whole block of the tile has values that had to be replaced. */
    boolean isFinite() {
        return finite;
    }

    /** Values replaced in all blocks viewed so far. */
    long replaced() {
        return blocks.replaced();
    }

    /** Views a block of the tile with its values replaced where necessary. */
    FiniteBlocks view(Tile tile, long start, int index) {
        int done = index * block;
        blocks.set(tile, done, Math.min(block, tile.count() - done), start + done);
        return blocks;
    }
}
