package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ByteBudget;
import io.arrowquant.quality.ErrorSummary;
import java.util.ArrayList;
import java.util.List;

/** What a layer costs with each of its candidates, and kept as it is. */
public final class LayerCosts {
    /** Stands for no candidate: the layer is kept. */
    public static final int KEEP = -1;

    private final List<Integer> candidates = new ArrayList<>();
    private final List<ByteBudget.Option> options = new ArrayList<>();
    private final ByteBudget.Option kept;

    public LayerCosts(long bytesKept) {
        kept = new ByteBudget.Option(bytesKept, 0);
    }

    /** Adds a candidate that is good enough. */
    public void add(int candidate, long bytes, ErrorSummary errors) {
        candidates.add(candidate);
        options.add(new ByteBudget.Option(bytes, errors.mse() * errors.count()));
    }

    private List<ByteBudget.Option> options() {
        List<ByteBudget.Option> all = new ArrayList<>(options);
        all.add(kept);
        return all;
    }

    /** The candidate of each layer, by number, or {@link #KEEP}, that lead to little error within the target. */
    public static int[] choose(List<LayerCosts> layers, long targetBytes) {
        List<List<ByteBudget.Option>> units = new ArrayList<>();
        layers.forEach(layer -> units.add(layer.options()));
        require(ByteBudget.least(units), targetBytes);
        int[] chosen = ByteBudget.choose(units, targetBytes);
        for (int i = 0; i < chosen.length; i++) {
            List<Integer> candidates = layers.get(i).candidates;
            chosen[i] = chosen[i] < candidates.size() ? candidates.get(chosen[i]) : KEEP;
        }
        return chosen;
    }

    /** Refuses what is larger than the target. */
    public static void require(long total, long targetBytes) {
        if (total > targetBytes) {
            throw new InvalidRequestException(
                    "The layers take at least " + total + " bytes, more than the target of " + targetBytes,
                    "Raise the target size, lower min_cosine, or keep fewer layers as they are");
        }
    }
}
