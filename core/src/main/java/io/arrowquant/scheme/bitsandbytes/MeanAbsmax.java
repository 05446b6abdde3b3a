package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Survey;
import io.arrowquant.scheme.TorchSum;

/** The first pass of nested scales: the mean of all scales, summed up as PyTorch does, without holding them. */
final class MeanAbsmax implements Survey {
    private final BlockMaxima blocks;
    private final BlockSettings settings;
    private final long count;
    private final TorchSum sum = new TorchSum(1);
    private boolean summedUp;
    private float mean;

    MeanAbsmax(BlockSettings settings, EncodeRequest request) {
        this.settings = settings;
        this.blocks = new BlockMaxima(settings, request);
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
        int number = blocks.set(tile, start);
        for (int i = 0; i < number; i++) {
            sum.add(blocks.maxima()[i]);
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
