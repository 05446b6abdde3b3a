package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import java.util.List;

/**
 * Chooses among the candidates of layers so that all fit into a number of bytes with little error. Every layer starts
 * with its smallest candidate; then the step that takes away most squared error for a byte is taken, again and again,
 * while there is room.
 */
public final class SizeBudget {
    private SizeBudget() {}

    /** What a layer costs with each of its candidates, the smallest first: bytes, and squared error over all weights. */
    public record Costs(long[] bytes, double[] noise) {
        long stepBytes(int from) {
            return bytes[from + 1] - bytes[from];
        }

        double gain(int from) {
            return (noise[from] - noise[from + 1]) / Math.max(1, stepBytes(from));
        }
    }

    /** The candidate of each layer, by number. */
    public static int[] choose(List<Costs> layers, long targetBytes) {
        long total = 0;
        for (Costs layer : layers) {
            total += layer.bytes()[0];
        }
        require(total, targetBytes);
        int[] chosen = new int[layers.size()];
        int best = best(layers, chosen, targetBytes - total);
        while (best >= 0) {
            total += layers.get(best).stepBytes(chosen[best]);
            chosen[best]++;
            best = best(layers, chosen, targetBytes - total);
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

    /** The layer whose next step is worth most among those that fit, the first of equals; -1 when none does. */
    private static int best(List<Costs> layers, int[] chosen, long room) {
        int best = -1;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < chosen.length; i++) {
            Costs layer = layers.get(i);
            boolean fits = chosen[i] + 1 < layer.bytes().length && layer.stepBytes(chosen[i]) <= room;
            if (fits && layer.gain(chosen[i]) > most) {
                most = layer.gain(chosen[i]);
                best = i;
            }
        }
        return best;
    }
}
