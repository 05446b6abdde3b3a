package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Survey;
import io.arrowquant.scheme.TorchSum;

/** The first pass of nested scales: the mean of all scales, summed up as PyTorch does, without holding them. */
final class MeanAbsmax implements Survey {
    private final FiniteBlocks blocks;
    private final BlockSettings settings;
    private final long count;
    private final TorchSum sum = new TorchSum(1);
    private boolean summedUp;
    private float mean;

    MeanAbsmax(BlockSettings settings, EncodeRequest request) {
        this.settings = settings;
        this.blocks = new FiniteBlocks(request);
        long elements = request.shape().elements();
        this.count = settings.blocks(elements);
        sum.begin(count);
    }

    @Override
    public int tileUnit() {
        return settings.block();
    }

    @Override
    public void observe(Tile tile, long start) {
        for (int done = 0; done < tile.count(); done += settings.block()) {
            int length = Math.min(settings.block(), tile.count() - done);
            blocks.set(tile, done, length, start + done);
            sum.add(Scaling.absmax(blocks.absmax(), length < settings.block()));
        }
    }

    /** To be asked after the pass. */
    float mean() {
        if (!summedUp) {
            mean = count == 0 ? 0f : sum.total() / (float) count;
            summedUp = true;
        }
        return mean;
    }
}
