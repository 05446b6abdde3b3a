package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.DataType;

/** Encodes tiles of whole blocks. */
final class GgmlEncoder implements Encoder {
    private final GgmlType type;
    private final EncodeRequest request;
    private final ImportanceMatrix importance;
    private final BlockCodec codec;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final float[] range = new float[2];
    private float[] repaired = new float[0];
    private long replaced;

    GgmlEncoder(GgmlType type, EncodeRequest request, ImportanceMatrix importance) {
        this.type = type;
        this.request = request;
        this.importance = importance;
        this.codec = type.newCodec(Kernels.get());
    }

    @Override
    public int tileUnit() {
        boolean wholeRows = importance != null && importance.wholeRows();
        return wholeRows ? Math.max(type.blockElements(), importance.columns()) : type.blockElements();
    }

    @Override
    public long replaced() {
        return replaced;
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        int count = tile.count();
        int blocks = count / type.blockElements();
        int at = parts.append(0, Math.multiplyExact(blocks, type.blockBytes()));
        byte[] target = parts.array(0);
        boolean asStored = importance == null && tile.isStored() && tile.type() == DataType.BF16;
        if (asStored && codec.encodeBrain(tile.bytes(), tile.byteOffset(), blocks, target, at)) {
            return;
        }
        float[] values = tile.floats();
        int offset = tile.floatOffset();
        if (!kernels.range(values, offset, count, range)) {
            if (request.nonFinite() == NonFinite.ERROR) {
                throw FiniteValues.firstNonFinite(request, values, offset, count, start);
            }
            if (repaired.length < count) {
                repaired = new float[Math.max(count, Tile.ELEMENTS)];
            }
            replaced += NonFiniteBlocks.repair(type, values, offset, count, repaired);
            values = repaired;
            offset = 0;
        }
        if (importance == null) {
            codec.encode(values, offset, blocks, target, at);
            return;
        }
        for (int done = 0; done < count; done += type.blockElements()) {
            importance.moveTo(start + done, values, offset + done);
            codec.encodeWeighted(values, offset + done, importance, target, at);
            at += type.blockBytes();
        }
    }
}
