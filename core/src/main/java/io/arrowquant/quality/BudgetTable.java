package io.arrowquant.quality;

import io.arrowquant.quality.ByteBudget.Option;
import java.util.Arrays;
import java.util.List;

/**
 * The least error for each number of bytes, unit by unit: what is spent beyond the smallest options is counted in steps,
 * rounded up, so that what is chosen always fits. With as many steps as bytes the choice is the best there is; with fewer, it
 * is the best for a budget that is smaller by less than a step for each unit.
 */
final class BudgetTable {
    private static final int STEPS = 1 << 14;

    /** Cells of the table, a byte each. */
    private static final long MOST_CELLS = 32L << 20;

    private BudgetTable() {}

    /** Whether it is worth its time: of many units, what a step rounds up adds up, and single ones matter little. */
    static boolean isFor(List<List<Option>> units) {
        return (long) units.size() * STEPS <= MOST_CELLS
                && units.stream().allMatch(options -> options.size() <= Byte.MAX_VALUE);
    }

    /**
     * The option of each unit.
     *
     * @param smallest those that it begins with, which fit
     * @param left bytes to spend beyond these
     */
    static int[] choose(List<List<Option>> units, int[] smallest, long left) {
        long step = Math.max(1, (left + STEPS - 1) / STEPS);
        int steps = (int) (left / step);
        byte[][] taken = new byte[units.size()][];
        double[] errors = new double[steps + 1];
        for (int unit = 0; unit < taken.length; unit++) {
            double[] before = errors;
            errors = new double[steps + 1];
            Arrays.fill(errors, Double.POSITIVE_INFINITY);
            taken[unit] = new byte[steps + 1];
            Arrays.fill(taken[unit], (byte) smallest[unit]);
            for (int i = 0; i < units.get(unit).size(); i++) {
                Option option = units.get(unit).get(i);
                int cost = cost(units.get(unit), smallest[unit], i, step);
                for (int spent = cost; spent <= steps && !Double.isNaN(option.squaredError()); spent++) {
                    double error = before[spent - cost] + option.squaredError();
                    if (error < errors[spent]) {
                        errors[spent] = error;
                        taken[unit][spent] = (byte) i;
                    }
                }
            }
        }
        int[] chosen = new int[taken.length];
        int spent = steps;
        for (int unit = taken.length - 1; unit >= 0; unit--) {
            chosen[unit] = taken[unit][spent];
            spent -= cost(units.get(unit), smallest[unit], chosen[unit], step);
        }
        return chosen;
    }

    /** Steps that an option takes beyond the smallest; more than there are when it is not for sale. */
    private static int cost(List<Option> options, int smallest, int option, long step) {
        long bytes = options.get(option).bytes() - options.get(smallest).bytes();
        // A smaller one than the smallest has more error, or a NaN.
        return (int) Math.min(STEPS + 1, (Math.max(0, bytes) + step - 1) / step);
    }
}
