package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.DynamicType;
import io.arrowquant.kernel.EightBitKernels;
import io.arrowquant.kernel.FourBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;

/** Encodes tiles of whole blocks in a four-bit type. */
final class FourBitEncoder implements Encoder {
    private final BlockSettings settings;
    private final EncodeRequest request;
    private final BlockMaxima blocks;
    private final BlockValues blockValues;
    private final BlockParts blockParts;
    private final float offset;
    private final FourBitKernels kernels = Kernels.get().fourBit();
    private final EightBitKernels nestedKernels = Kernels.get().eightBit();
    private float[] factors = new float[0];
    private short[] scratch = new short[0];
    private byte[] codes = new byte[0];
    private float[] tables = new float[0];
    private byte[] nestedCodes = new byte[BlockSettings.NESTED_BLOCK];
    private final float[] nestedAbsmax = new float[1];
    private long replaced;

    /** Whether tiles are decoded again once they are encoded. */
    private boolean decoded;

    // What reconstructing the last tile takes.
    private int count;
    private byte[] packed;
    private int packedAt;

    FourBitEncoder(BlockSettings settings, EncodeRequest request, float offset) {
        this.settings = settings;
        this.request = request;
        this.blocks = new BlockMaxima(settings, request);
        this.blockValues = new BlockValues(settings, request.dtype());
        this.blockParts = new BlockParts(settings);
        this.offset = offset;
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
            blockParts.appendState(QuantState.bytes(settings, request.shape(), request.dtype(), offset), parts);
        }
        int number = blocks.set(tile, start);
        packedAt = parts.append(BlockSettings.CODES, (count + 1) / 2);
        packed = parts.array(BlockSettings.CODES);
        int whole = blocks.isFinite() ? count / settings.block() : 0;
        encodeWhole(tile, whole);
        encodeRest(tile, start, whole, number);
        if (settings.nested()) {
            appendNested(number, parts);
        } else {
            blockParts.appendFloats(blocks.maxima(), 0, number, BlockSettings.ABSMAX, parts);
        }
    }

    /** Blocks that are neither short nor have values to be replaced. */
    private void encodeWhole(Tile tile, int whole) {
        int block = settings.block();
        if (factors.length < whole) {
            factors = new float[Math.max(whole, Tile.ELEMENTS / block)];
        }
        for (int i = 0; i < whole; i++) {
            factors[i] = Scaling.factor(blocks.maxima()[i]);
        }
        int elements = whole * block;
        if (scratch.length < elements) {
            scratch = new short[Math.max(elements, Tile.ELEMENTS)];
        }
        if (BlockMaxima.isBrain(tile) && !decoded) {
            kernels.searchBrain(
                    tile.bytes(),
                    tile.byteOffset(),
                    elements,
                    block,
                    factors,
                    settings.fourBits().table(),
                    packed,
                    packedAt);
        } else if (BlockMaxima.isBrain(tile)) {
            kernels.encodeBrain(
                    tile.bytes(),
                    tile.byteOffset(),
                    elements,
                    block,
                    factors,
                    settings.fourBits().table(),
                    scratch,
                    packed,
                    packedAt);
        } else {
            float[] values = tile.floats();
            kernels.encode(
                    values,
                    tile.floatOffset(),
                    elements,
                    block,
                    factors,
                    settings.fourBits().table(),
                    scratch,
                    packed,
                    packedAt);
        }
    }

    private void encodeRest(Tile tile, long start, int whole, int number) {
        int block = settings.block();
        int done = whole * block;
        if (done == count) {
            return;
        }
        makeRoom(count - done + 1);
        long before = blocks.replaced();
        for (int i = whole; i < number; i++) {
            FiniteBlocks view = blocks.view(tile, start, i);
            int at = i * block;
            int length = Math.min(block, count - at);
            Scaling.encode(
                    settings.fourBits().table(),
                    view.values(),
                    view.offset(),
                    length,
                    blocks.maxima()[i],
                    length < block,
                    codes,
                    at - done);
        }
        replaced += blocks.replaced() - before;
        // An odd count is filled up with a zero.
        int rest = count - done;
        codes[rest] = (byte) settings.fourBits().table().codeOf(0f);
        kernels.pack(codes, 0, rest + rest % 2, packed, packedAt + done / 2);
    }

    private void makeRoom(int elements) {
        if (codes.length < elements) {
            codes = new byte[Math.max(elements, Tile.ELEMENTS)];
        }
    }

    /** Quantizes the scales themselves, less their mean; leaves in their place what the codes stand for. */
    private void appendNested(int scales, PartBuffers parts) {
        float[] absmax = blocks.maxima();
        for (int i = 0; i < scales; i++) {
            absmax[i] -= offset;
        }
        for (int done = 0; done < scales; done += BlockSettings.NESTED_BLOCK) {
            int length = Math.min(BlockSettings.NESTED_BLOCK, scales - done);
            kernels.maxima(absmax, done, length, length, nestedAbsmax);
            nestedKernels.dynamic(absmax, done, length, length, nestedAbsmax, nestedCodes, 0);
            BlockParts.append(nestedCodes, 0, length, BlockSettings.ABSMAX, parts);
            blockParts.appendFloats(nestedAbsmax, 0, 1, BlockSettings.NESTED_ABSMAX, parts);
            for (int i = 0; i < length; i++) {
                absmax[done + i] = DynamicType.value(nestedCodes[i]) * nestedAbsmax[0] + offset;
            }
        }
    }

    @Override
    public void expectReconstruction() {
        decoded = true;
    }

    @Override
    public boolean reconstruct(float[] values, int valueOffset) {
        int number = (int) settings.blocks(count);
        if (tables.length < number * BlockValues.CODES) {
            tables = new float[number * BlockValues.CODES];
        }
        blockValues.tables(blocks.maxima(), number, tables);
        kernels.decode(packed, packedAt, count, settings.block(), tables, values, valueOffset);
        return true;
    }
}
