package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.EightBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;

/** Encodes tiles of whole blocks in the eight-bit dynamic type. */
final class DynamicEncoder implements Encoder {
    private final BlockSettings settings;
    private final BlockMaxima blocks;
    private final DynamicValues dynamicValues;
    private final BlockParts blockParts;
    private final EightBitKernels kernels = Kernels.get().eightBit();
    private final float[] maximum = new float[1];
    private long replaced;

    // What reconstructing the last tile takes.
    private int count;
    private byte[] codes;
    private int codesAt;

    DynamicEncoder(BlockSettings settings, EncodeRequest request) {
        this.settings = settings;
        this.blocks = new BlockMaxima(settings, request);
        this.dynamicValues = new DynamicValues(request.dtype());
        this.blockParts = new BlockParts(settings);
    }

    @Override
    public int tileUnit() {
        return settings.tileUnit();
    }

    @Override
    public long replaced() {
        return replaced;
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        count = tile.count();
        if (start == 0) {
            blockParts.appendMaps(parts);
        }
        int number = blocks.set(tile, start);
        codesAt = parts.append(BlockSettings.CODES, count);
        codes = parts.array(BlockSettings.CODES);
        int whole = blocks.isFinite() ? count / settings.block() : 0;
        encodeWhole(tile, whole * settings.block());
        encodeRest(tile, start, whole, number);
        blockParts.appendFloats(blocks.maxima(), 0, number, BlockSettings.ABSMAX, parts);
    }

    /** Blocks that are neither short nor have values to be replaced. */
    private void encodeWhole(Tile tile, int elements) {
        float[] values = tile.floats();
        kernels.dynamic(values, tile.floatOffset(), elements, settings.block(), blocks.maxima(), codes, codesAt);
    }

    private void encodeRest(Tile tile, long start, int whole, int number) {
        long before = blocks.replaced();
        for (int i = whole; i < number; i++) {
            FiniteBlocks view = blocks.view(tile, start, i);
            int at = i * settings.block();
            int length = Math.min(settings.block(), count - at);
            maximum[0] = blocks.maxima()[i];
            kernels.dynamic(view.values(), view.offset(), length, length, maximum, codes, codesAt + at);
        }
        replaced += blocks.replaced() - before;
    }

    @Override
    public boolean reconstruct(float[] values, int valueOffset) {
        int block = settings.block();
        for (int done = 0, i = 0; done < count; done += block, i++) {
            int length = Math.min(block, count - done);
            dynamicValues.decode(codes, codesAt + done, length, blocks.maxima()[i], values, valueOffset + done);
        }
        return true;
    }
}
