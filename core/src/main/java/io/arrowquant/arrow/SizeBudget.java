package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import java.util.List;
import java.util.function.Function;

/**
 * Chooses among the candidates of layers so that all fit into a number of bytes with little error. Every layer starts
 * with its smallest candidate; then the step that takes away most squared error for a byte is taken, again and again,
 * while there is room.
 */
final class SizeBudget {
    private SizeBudget() {}

    /** What a layer costs with each of its candidates, the smallest first. */
    record Costs(LayerPlan plan, long[] bytes, double[] noise) {
        long stepBytes(int from) {
            return bytes[from + 1] - bytes[from];
        }

        double gain(int from) {
            return (noise[from] - noise[from + 1]) / Math.max(1, stepBytes(from));
        }
    }

    /** The costs of a layer; {@code measure} tells its errors with its current candidate. */
    static Costs costs(LayerPlan plan, Function<LayerPlan, ErrorStatistics> measure) {
        int candidates = Math.max(1, plan.choice().candidates().size());
        long[] bytes = new long[candidates];
        double[] noise = new double[candidates];
        for (int i = 0; i < candidates; i++) {
            plan.choose(i);
            bytes[i] = plan.outputBytes();
            if (candidates > 1) {
                ErrorSummary errors = measure.apply(plan).summary();
                noise[i] = errors.mse() * errors.count();
            }
        }
        plan.choose(0);
        return new Costs(plan, bytes, noise);
    }

    /** Chooses for all layers. */
    static void choose(List<Costs> layers, long targetBytes) {
        long total = 0;
        for (Costs layer : layers) {
            total += layer.bytes()[0];
        }
        if (total > targetBytes) {
            throw tooLarge(total, targetBytes);
        }
        int[] chosen = new int[layers.size()];
        int best = best(layers, chosen, targetBytes - total);
        while (best >= 0) {
            total += layers.get(best).stepBytes(chosen[best]);
            chosen[best]++;
            best = best(layers, chosen, targetBytes - total);
        }
        for (int i = 0; i < chosen.length; i++) {
            layers.get(i).plan().choose(chosen[i]);
            layers.get(i).plan().startHere();
        }
    }

    /** Refuses what has outgrown the target since it was chosen, because layers needed more bits for their accuracy. */
    static void require(List<LayerPlan> plans, long targetBytes) {
        long total = 0;
        for (LayerPlan plan : plans) {
            total += plan.outputBytes();
        }
        if (total > targetBytes) {
            throw tooLarge(total, targetBytes);
        }
    }

    private static InvalidRequestException tooLarge(long total, long targetBytes) {
        return new InvalidRequestException(
                "The layers take at least " + total + " bytes, more than the target of " + targetBytes,
                "Raise the target size, lower min_cosine, or keep fewer layers as they are");
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
