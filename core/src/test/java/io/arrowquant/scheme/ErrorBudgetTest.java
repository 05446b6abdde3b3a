package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.DataType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * How well each scheme keeps bfloat16 weights, normally distributed and with heavy tails (Student's t with 5 degrees of
 * freedom): a signal to noise ratio in decibels that none may fall below. An error of half the weights' size is 6 dB.
 */
class ErrorBudgetTest {
    private static final int ROWS = 64;
    private static final int COLUMNS = 4096;
    private static final int DEGREES_OF_FREEDOM = 5;

    private record Budget(String scheme, double normal, double heavyTails) {}

    private static List<Budget> budgets() throws IOException {
        List<Budget> budgets = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                ErrorBudgetTest.class.getResourceAsStream("/reference/error-budgets.txt"), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] words = line.trim().split(" +", -1);
                    budgets.add(new Budget(words[0], Double.parseDouble(words[1]), Double.parseDouble(words[2])));
                }
            }
        }
        return budgets;
    }

    @TestFactory
    List<DynamicTest> noSchemeIsWorseThanItsBudget() throws IOException {
        StoredTensor normal = weights(false);
        StoredTensor heavyTails = weights(true);
        List<DynamicTest> tests = new ArrayList<>();
        for (Budget budget : budgets()) {
            tests.add(DynamicTest.dynamicTest(budget.scheme(), () -> {
                assertWithin(budget.scheme(), normal, budget.normal());
                assertWithin(budget.scheme(), heavyTails, budget.heavyTails());
            }));
        }
        return tests;
    }

    private static void assertWithin(String scheme, StoredTensor weights, double decibels) {
        assertThat(EncodedTensor.of(scheme, weights).quality().summary().snrDb())
                .isGreaterThanOrEqualTo(decibels);
    }

    @Test
    void everySchemeHasABudget() throws IOException {
        List<String> names = new ArrayList<>();
        for (Budget budget : budgets()) {
            names.add(SchemeSpec.parse(budget.scheme()).name());
        }
        assertThat(names)
                .containsAll(
                        SchemeCatalog.entries().stream().map(SchemeEntry::name).toList());
    }

    private static StoredTensor weights(boolean heavyTails) {
        Random random = new Random(7);
        float[] values = new float[ROWS * COLUMNS];
        for (int i = 0; i < values.length; i++) {
            double value = random.nextGaussian() * 0.02;
            if (heavyTails) {
                double squares = 0;
                for (int k = 0; k < DEGREES_OF_FREEDOM; k++) {
                    double normal = random.nextGaussian();
                    squares += normal * normal;
                }
                value /= Math.sqrt(squares / DEGREES_OF_FREEDOM);
            }
            values[i] = (float) value;
        }
        return StoredTensor.of(DataType.BF16, COLUMNS, values);
    }
}
