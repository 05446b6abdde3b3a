package io.arrowquant.quality;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.quality.ByteBudget.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteBudgetTest {
    private static final int[] WIDTHS = {2, 3, 4, 8, 16};

    /** Layers in several widths: error falls to a quarter with each bit, more or less, and is nothing at last. */
    private static List<List<Option>> layers(int count, int bytes, Random random) {
        List<List<Option>> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int eighth = bytes / 2 + random.nextInt(bytes);
            double error = Math.exp(random.nextGaussian());
            List<Option> options = new ArrayList<>();
            for (int width : WIDTHS) {
                double left = width == 16 ? 0 : error * Math.pow(4, -width) * (0.5 + random.nextDouble());
                options.add(new Option((long) width * eighth, left));
            }
            layers.add(options);
        }
        return layers;
    }

    private static long bytes(List<List<Option>> units, int[] chosen) {
        long bytes = 0;
        for (int i = 0; i < chosen.length; i++) {
            bytes += units.get(i).get(chosen[i]).bytes();
        }
        return bytes;
    }

    private static double error(List<List<Option>> units, int[] chosen) {
        double error = 0;
        for (int i = 0; i < chosen.length; i++) {
            error += units.get(i).get(chosen[i]).squaredError();
        }
        return error;
    }

    /** By trying all. */
    private static double least(List<List<Option>> units, int unit, long left) {
        if (left < 0) {
            return Double.POSITIVE_INFINITY;
        }
        double least = unit == units.size() ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; unit < units.size() && i < units.get(unit).size(); i++) {
            Option option = units.get(unit).get(i);
            if (!Double.isNaN(option.squaredError())) {
                least = Math.min(least, option.squaredError() + least(units, unit + 1, left - option.bytes()));
            }
        }
        return least;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 40, 100})
    void fewLayersHaveTheLeastErrorThereIs(int bytes) {
        Random random = new Random(bytes);
        for (int round = 0; round < 60; round++) {
            List<List<Option>> units = layers(1 + random.nextInt(6), bytes, random);
            long least = ByteBudget.least(units);
            long budget = least + (long) (random.nextDouble() * 7 * least);

            int[] chosen = ByteBudget.choose(units, budget);
            assertThat(bytes(units, chosen)).isLessThanOrEqualTo(budget);
            // Fewer bytes than there are steps: each byte is one.
            assertThat(error(units, chosen))
                    .as("round %d", round)
                    .isLessThanOrEqualTo(least(units, 0, budget) * (1 + 1e-12));
        }
    }

    @Test
    void manyLargeLayersAreNearTheLeastError() {
        Random random = new Random(3);
        List<List<Option>> units = layers(6, 100_000_000, random);
        for (int tenth = 10; tenth < 80; tenth += 3) {
            long budget = ByteBudget.least(units) * tenth / 10;
            int[] chosen = ByteBudget.choose(units, budget);
            assertThat(bytes(units, chosen)).isLessThanOrEqualTo(budget);
            // What rounding up of bytes costs: a step for each.
            long less = budget - 6 * (budget / (1 << 14) + 1);
            assertThat(error(units, chosen)).isLessThanOrEqualTo(least(units, 0, less) * (1 + 1e-12));
        }
        List<List<Option>> many = layers(5000, 1_000_000, random);
        long budget = ByteBudget.least(many) * 2;
        assertThat(bytes(many, ByteBudget.choose(many, budget))).isBetween(budget - 4_000_000, budget);
    }

    @Test
    void whatCannotBeMeasuredIsNotChosen() {
        List<Option> odd = List.of(
                new Option(10, Double.NaN),
                new Option(20, Double.POSITIVE_INFINITY),
                new Option(30, 1),
                new Option(15, 2));
        assertThat(ByteBudget.least(List.of(odd))).isEqualTo(15);
        assertThat(ByteBudget.choose(List.of(odd), 15)).containsExactly(3);
        assertThat(ByteBudget.choose(List.of(odd), 29)).containsExactly(3);
        assertThat(ByteBudget.choose(List.of(odd), 30)).containsExactly(2);
        List<Option> hopeless = List.of(new Option(9, Double.NaN), new Option(5, Double.POSITIVE_INFINITY));
        assertThat(ByteBudget.choose(List.of(hopeless, odd), 40)).containsExactly(1, 2);
    }
}
