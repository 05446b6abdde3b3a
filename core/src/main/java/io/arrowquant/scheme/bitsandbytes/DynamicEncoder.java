package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;

/** Encodes tiles of whole blocks in the eight-bit dynamic type. */
final class DynamicEncoder implements Encoder {
    private final BlockSettings settings;
    private final FiniteBlocks blocks;
    private final BlockValues blockValues;
    private final BlockParts blockParts;
    private byte[] codes = new byte[0];
    private float[] absmax = new float[0];
    private int count;

    DynamicEncoder(BlockSettings settings, EncodeRequest request) {
        this.settings = settings;
        this.blocks = new FiniteBlocks(request);
        this.blockValues = new BlockValues(settings, request.dtype());
        this.blockParts = new BlockParts(settings);
    }

    @Override
    public int tileUnit() {
        return settings.tileUnit();
    }

    @Override
    public long replaced() {
        return blocks.replaced();
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        count = tile.count();
        if (codes.length < count) {
            codes = new byte[Math.max(count, Tile.ELEMENTS)];
            absmax = new float[(int) settings.blocks(codes.length)];
        }
        if (start == 0) {
            blockParts.appendMaps(parts);
        }
        int block = 0;
        for (int done = 0; done < count; done += settings.block()) {
            int length = Math.min(settings.block(), count - done);
            blocks.set(tile, done, length, start + done);
            absmax[block] = blocks.absmax();
            DynamicCodes.encode(blocks.values(), blocks.offset(), length, absmax[block], codes, done);
            block++;
        }
        BlockParts.append(codes, 0, count, BlockSettings.CODES, parts);
        blockParts.appendFloats(absmax, 0, block, BlockSettings.ABSMAX, parts);
    }

    @Override
    public boolean reconstruct(float[] values, int valueOffset) {
        int block = 0;
        for (int done = 0; done < count; done += settings.block()) {
            int length = Math.min(settings.block(), count - done);
            blockValues.decode(codes, done, length, absmax[block], values, valueOffset + done);
            block++;
        }
        return true;
    }
}
