package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Survey;

/**
 * The first pass of the observer "mse": how many steps its search takes. The reference searches all slices of a tensor
 * together and stops when no slice at all has improved for five steps, so this depends on the whole tensor. Usually the
 * first tile shows that all steps are taken.
 */
final class LeastErrorSteps implements Survey {
    private static final int PATIENCE = 5;

    private final Slices slices;
    private final TileValues values;
    private final LeastError search;
    private final int tileUnit;
    private int improvements;
    private int steps;

    LeastErrorSteps(Settings settings, EncodeRequest request) {
        Precision precision = Precision.of(request.dtype());
        this.slices = settings.slices(request.shape());
        this.values = TileValues.ofWholeSlices(request, slices, false);
        this.search = new LeastError(settings.grid(precision, 1f), precision, LeastError.STEPS);
        this.tileUnit = CompressedEncoder.tileUnit(settings, slices);
        this.steps = stepsTaken();
    }

    @Override
    public int tileUnit() {
        return tileUnit;
    }

    @Override
    public void observe(Tile tile, long start) {
        values.set(tile, start);
        int done = 0;
        while (done < tile.count() && !isComplete()) {
            int length = slices.run(start + done, tile.count() - done);
            long slice = slices.of(start + done);
            SliceRanges ranges = values.ranges();
            search.fit(ranges.low(slice), ranges.high(slice), values.values(), values.offset() + done, length);
            improvements |= search.improvements();
            steps = stepsTaken();
            done += length;
        }
    }

    private int stepsTaken() {
        int idle = 0;
        for (int step = 0; step < LeastError.STEPS; step++) {
            idle = (improvements >> step & 1) == 0 ? idle + 1 : 0;
            if (idle == PATIENCE) {
                return step + 1;
            }
        }
        return LeastError.STEPS;
    }

    @Override
    public boolean isComplete() {
        return steps == LeastError.STEPS;
    }

    int steps() {
        return steps;
    }
}
