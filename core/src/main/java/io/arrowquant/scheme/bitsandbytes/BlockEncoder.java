package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.NarrowingKernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.DataType;

/** Encodes tiles of whole blocks. */
final class BlockEncoder implements Encoder {
    private final BlockSettings settings;
    private final EncodeRequest request;
    private final FiniteBlocks blocks;
    private final BlockValues blockValues;
    private final float offset;
    private final NarrowingKernels narrowing = Kernels.get().narrowing();
    private byte[] codes = new byte[0];
    private float[] absmax = new float[0];
    private byte[] nestedCodes = new byte[BlockSettings.NESTED_BLOCK];
    private final float[] nestedAbsmax = new float[1];
    private int count;

    BlockEncoder(BlockSettings settings, EncodeRequest request, float offset) {
        this.settings = settings;
        this.request = request;
        this.blocks = new FiniteBlocks(request);
        this.blockValues = new BlockValues(settings, request.dtype());
        this.offset = offset;
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
        makeRoom();
        if (start == 0) {
            appendConstants(parts);
        }
        int block = 0;
        for (int done = 0; done < count; done += settings.block()) {
            int length = Math.min(settings.block(), count - done);
            blocks.set(tile, done, length, start + done);
            encodeBlock(block, done, length);
            block++;
        }
        appendCodes(parts);
        if (settings.nested()) {
            appendNested(block, parts);
        } else {
            appendFloats(absmax, 0, block, BlockSettings.ABSMAX, parts);
        }
    }

    private void makeRoom() {
        if (codes.length < count + 1) {
            codes = new byte[Math.max(count, Tile.ELEMENTS) + 1];
            absmax = new float[(int) settings.blocks(codes.length)];
        }
    }

    private void encodeBlock(int block, int done, int length) {
        FourBitCodes type = settings.fourBits();
        if (type == null) {
            absmax[block] = blocks.absmax();
            DynamicCodes.encode(blocks.values(), blocks.offset(), length, absmax[block], codes, done);
            return;
        }
        boolean shortBlock = length < settings.block();
        absmax[block] = Scaling.absmax(blocks.absmax(), shortBlock);
        Scaling.encode(type, blocks.values(), blocks.offset(), length, absmax[block], shortBlock, codes, done);
    }

    private void appendCodes(PartBuffers parts) {
        FourBitCodes type = settings.fourBits();
        int bytes = type == null ? count : (count + 1) / 2;
        int begin = parts.append(BlockSettings.CODES, bytes);
        byte[] target = parts.array(BlockSettings.CODES);
        if (type == null) {
            System.arraycopy(codes, 0, target, begin, bytes);
            return;
        }
        // An odd count is filled up with a zero.
        codes[count] = (byte) type.nearest(0f);
        for (int i = 0; i < bytes; i++) {
            target[begin + i] = (byte) (codes[2 * i] << 4 | codes[2 * i + 1]);
        }
    }

    /** Quantizes the scales themselves, less their mean; leaves in their place what the codes stand for. */
    private void appendNested(int scales, PartBuffers parts) {
        for (int i = 0; i < scales; i++) {
            absmax[i] -= offset;
        }
        for (int done = 0; done < scales; done += BlockSettings.NESTED_BLOCK) {
            int length = Math.min(BlockSettings.NESTED_BLOCK, scales - done);
            nestedAbsmax[0] = DynamicCodes.absmax(absmax, done, length);
            DynamicCodes.encode(absmax, done, length, nestedAbsmax[0], nestedCodes, 0);
            int begin = parts.append(BlockSettings.ABSMAX, length);
            System.arraycopy(nestedCodes, 0, parts.array(BlockSettings.ABSMAX), begin, length);
            appendFloats(nestedAbsmax, 0, 1, BlockSettings.NESTED_ABSMAX, parts);
            for (int i = 0; i < length; i++) {
                absmax[done + i] = DynamicCodes.value(nestedCodes[i]) * nestedAbsmax[0] + offset;
            }
        }
    }

    /** Parts that say something of the whole tensor come with its first element. */
    private void appendConstants(PartBuffers parts) {
        float[] map = settings.quantMap();
        appendFloats(map, 0, map.length, BlockSettings.QUANT_MAP, parts);
        if (settings.nested()) {
            float[] nestedMap = DynamicCodes.values();
            appendFloats(nestedMap, 0, nestedMap.length, BlockSettings.NESTED_QUANT_MAP, parts);
        }
        int state = settings.quantState();
        if (state >= 0) {
            byte[] text = QuantState.bytes(settings, request.shape(), request.dtype(), offset);
            int begin = parts.append(state, text.length);
            System.arraycopy(text, 0, parts.array(state), begin, text.length);
        }
    }

    private void appendFloats(float[] values, int from, int number, int part, PartBuffers parts) {
        int begin = parts.append(part, number * Float.BYTES);
        narrowing.narrow(values, from, DataType.F32, parts.array(part), begin, number);
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
