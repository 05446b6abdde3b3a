package io.arrowquant.scheme.packed;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;

/** Encodes tiles of whole groups. The parts come with the last tile. */
final class PackedEncoder implements Encoder {
    private final Settings settings;
    private final EncodeRequest request;
    private final long elements;
    private final long columns;
    private final Grid grid;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final float[] range = new float[2];
    private final float[] repaired;
    private PackedTensor packed;
    private long replaced;

    // What reconstructing the last tile takes.
    private int count;
    private byte[] codes = new byte[0];
    private short[] scales = new short[0];
    private int[] zeroPoints = new int[0];

    PackedEncoder(Settings settings, EncodeRequest request) {
        this.settings = settings;
        this.request = request;
        this.elements = request.shape().elements();
        this.columns = request.shape().columns();
        this.grid = new Grid(settings, request.dtype());
        this.repaired = new float[request.nonFinite() == NonFinite.ERROR ? 0 : settings.group()];
    }

    @Override
    public int tileUnit() {
        return settings.group();
    }

    @Override
    public long replaced() {
        return replaced;
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        count = tile.count();
        if (start == 0) {
            packed = new PackedTensor(settings, request.shape());
        }
        int group = settings.group();
        if (codes.length < count) {
            codes = new byte[Math.max(count, Tile.ELEMENTS)];
            scales = new short[codes.length / group + 1];
            zeroPoints = new int[scales.length];
        }
        float[] values = tile.floats();
        for (int done = 0, index = 0; done < count; done += group, index++) {
            encodeGroup(values, tile.floatOffset() + done, start + done, done);
            scales[index] = grid.storedScale();
            zeroPoints[index] = grid.zeroPoint();
            long row = (start + done) / columns;
            packed.set(row, (start + done) % columns, scales[index], zeroPoints[index], codes, done);
        }
        if (start + count == elements) {
            packed.give(parts);
            packed = null;
        }
    }

    private void encodeGroup(float[] values, int offset, long at, int codeOffset) {
        int group = settings.group();
        if (kernels.range(values, offset, group, range)) {
            grid.fit(range[0], range[1]);
            grid.encode(values, offset, group, codes, codeOffset);
            return;
        }
        if (request.nonFinite() == NonFinite.ERROR) {
            throw FiniteValues.firstNonFinite(request, values, offset, group, at);
        }
        FiniteValues.range(values, offset, group, range);
        float magnitude = Math.max(-range[0], range[1]);
        replaced += FiniteValues.repair(values, offset, group, magnitude, repaired, 0);
        kernels.range(repaired, 0, group, range);
        grid.fit(range[0], range[1]);
        grid.encode(repaired, 0, group, codes, codeOffset);
    }

    @Override
    public boolean reconstruct(float[] values, int offset) {
        for (int i = 0; i < count; i++) {
            int group = i / settings.group();
            values[offset + i] = Grid.value(codes[i] & 0xff, zeroPoints[group], scales[group]);
        }
        return true;
    }
}
