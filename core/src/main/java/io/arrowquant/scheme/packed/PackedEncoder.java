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
    private final Grid grid;
    private final GroupCodes groups;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final float[] range = new float[2];
    private final float[] repaired;
    private PackedTensor packed;
    private long replaced;

    PackedEncoder(Settings settings, EncodeRequest request) {
        this.settings = settings;
        this.request = request;
        this.elements = request.shape().elements();
        this.grid = new Grid(settings, request.dtype());
        this.groups = new GroupCodes(settings, request.dtype(), grid);
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
        if (start == 0) {
            packed = new PackedTensor(settings, request.shape());
        }
        groups.begin(tile.count());
        if (!groups.encodeAll(tile)) {
            encodeOneByOne(tile, start);
        }
        packed.add(groups);
        if (start + tile.count() == elements) {
            packed.give(parts);
            packed = null;
        }
    }

    private void encodeOneByOne(Tile tile, long start) {
        float[] values = tile.floats();
        for (int i = 0; i < groups.count(); i++) {
            int done = i * settings.group();
            encodeGroup(i, values, tile.floatOffset() + done, start + done);
        }
        groups.pack();
    }

    private void encodeGroup(int index, float[] values, int offset, long at) {
        int group = settings.group();
        if (kernels.range(values, offset, group, range)) {
            grid.fit(range[0], range[1]);
            groups.encodeSingle(index, values, offset);
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
        groups.encodeSingle(index, repaired, 0);
    }

    @Override
    public boolean reconstruct(float[] values, int offset) {
        groups.reconstruct(values, offset);
        return true;
    }
}
