package io.arrowquant.quality;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses one option for each unit so that all together fit into a number of bytes with little error.
 *
 * <p>Every unit begins with its smallest option. Of the steps along the lower convex hull of each unit's options, the one
 * that saves most error for a byte is taken first, as long as it fits; then what is left over goes to single options that
 * still fit. The first part is what a Lagrange multiplier finds, optimal for the bytes it uses; what is lost against the
 * optimum for the whole budget is less than the gain of one step. Where units are few that may be much, and a
 * {@link BudgetTable} is made as well: the choice with less error counts. Ties go to the unit that comes first, so that the
 * same numbers always lead to the same choice.
 */
public final class ByteBudget {
    /** What an option costs: bytes, and the sum of squared errors. */
    public record Option(long bytes, double squaredError) {}

    /** A step of a unit from one of its options to another. */
    private record Step(int unit, int to, long bytes, double gain) {
        double gainPerByte() {
            return gain / bytes;
        }
    }

    private final List<List<Option>> units;
    private final int[] chosen;
    private long left;

    private ByteBudget(List<List<Option>> units, long bytes) {
        this.units = units;
        this.chosen = new int[units.size()];
        this.left = bytes;
        for (int unit = 0; unit < chosen.length; unit++) {
            chosen[unit] = hull(units.get(unit)).get(0);
            left -= units.get(unit).get(chosen[unit]).bytes();
        }
    }

    /** Bytes that all units take at least. */
    public static long least(List<List<Option>> units) {
        long least = 0;
        for (List<Option> options : units) {
            least = Math.addExact(least, options.get(hull(options).get(0)).bytes());
        }
        return least;
    }

    /**
     * The option of each unit, by number. Each has one at least whose error is a number, and together the smallest of these
     * fit into the budget.
     */
    public static int[] choose(List<List<Option>> units, long bytes) {
        ByteBudget climbed = new ByteBudget(units, bytes);
        climbed.climbHulls();
        climbed.spendTheRest();
        if (!BudgetTable.isFor(units)) {
            return climbed.chosen;
        }
        ByteBudget looked = new ByteBudget(units, bytes);
        looked.take(BudgetTable.choose(units, looked.chosen, looked.left));
        looked.spendTheRest();
        return looked.squaredError() < climbed.squaredError() ? looked.chosen : climbed.chosen;
    }

    private void take(int[] options) {
        for (int unit = 0; unit < chosen.length; unit++) {
            take(step(unit, chosen[unit], options[unit]));
        }
    }

    private double squaredError() {
        double sum = 0;
        for (int unit = 0; unit < chosen.length; unit++) {
            sum += units.get(unit).get(chosen[unit]).squaredError();
        }
        return sum;
    }

    private void climbHulls() {
        List<Step> steps = new ArrayList<>();
        for (int unit = 0; unit < chosen.length; unit++) {
            List<Integer> hull = hull(units.get(unit));
            for (int k = 1; k < hull.size(); k++) {
                steps.add(step(unit, hull.get(k - 1), hull.get(k)));
            }
        }
        steps.sort(Comparator.comparingDouble(Step::gainPerByte).reversed());
        Set<Integer> stopped = new HashSet<>();
        for (Step step : steps) {
            // Later steps of a unit lead on from its earlier ones.
            if (!stopped.contains(step.unit()) && step.bytes() <= left) {
                take(step);
            } else {
                stopped.add(step.unit());
            }
        }
    }

    private void spendTheRest() {
        for (Step best = bestThatFits(); best != null; best = bestThatFits()) {
            take(best);
        }
    }

    private void take(Step step) {
        chosen[step.unit()] = step.to();
        left -= step.bytes();
    }

    private Step bestThatFits() {
        Step best = null;
        for (int unit = 0; unit < chosen.length; unit++) {
            for (int option = 0; option < units.get(unit).size(); option++) {
                Step step = step(unit, chosen[unit], option);
                if (step.bytes() <= left && step.gain() > 0 && (best == null || step.gain() > best.gain())) {
                    best = step;
                }
            }
        }
        return best;
    }

    private Step step(int unit, int from, int to) {
        Option before = units.get(unit).get(from);
        Option after = units.get(unit).get(to);
        return new Step(unit, to, after.bytes() - before.bytes(), before.squaredError() - after.squaredError());
    }

    /** The options that are best for some price of a byte, smallest first. */
    private static List<Integer> hull(List<Option> options) {
        List<Integer> sorted = new ArrayList<>();
        for (int i = 0; i < options.size(); i++) {
            if (!Double.isNaN(options.get(i).squaredError())) {
                sorted.add(i);
            }
        }
        sorted.sort(Comparator.comparingLong((Integer i) -> options.get(i).bytes())
                .thenComparingDouble(i -> options.get(i).squaredError()));
        List<Integer> hull = new ArrayList<>();
        for (int i : sorted) {
            Option option = options.get(i);
            if (!hull.isEmpty()
                    && option.squaredError()
                            >= options.get(hull.get(hull.size() - 1)).squaredError()) {
                continue;
            }
            while (hull.size() > 1
                    && isAbove(
                            options.get(hull.get(hull.size() - 2)), options.get(hull.get(hull.size() - 1)), option)) {
                hull.remove(hull.size() - 1);
            }
            hull.add(i);
        }
        return hull;
    }

    /** True when the middle one lies on or above the line between its neighbours. */
    private static boolean isAbove(Option before, Option middle, Option after) {
        double first = (before.squaredError() - middle.squaredError()) / (middle.bytes() - before.bytes());
        double second = (middle.squaredError() - after.squaredError()) / (after.bytes() - middle.bytes());
        return second >= first;
    }
}
