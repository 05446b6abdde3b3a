package io.arrowquant.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
    @Test
    void randomDoublesOfAllMagnitudes() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            check(anyFinite(random, random.nextInt(200)));
        }
    }

    @Test
    void everyExponentAlone() {
        for (int exponent = -1074; exponent <= 1023; exponent++) {
            double power = Math.scalb(1.0, exponent);
            check(List.of(power));
            check(List.of(-power));
            check(List.of(power, Math.nextUp(power), -Math.nextDown(power)));
        }
        check(List.of(Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE));
        check(List.of(0.0, -0.0));
    }

    @Test
    void cancellationLosesNothing() {
        List<Double> values = new ArrayList<>();
        Random random = new Random(2);
        for (double value : anyFinite(random, 300)) {
            values.add(value);
            values.add(-value);
        }
        values.add(1e-300);
        Collections.shuffle(values, random);
        assertThat(sum(values).value()).isEqualTo(1e-300);
        check(List.of(1e308, 1.0, -1e308, 1e-308, -1.0));
    }

    @Test
    void theOrderDoesNotMatter() {
        Random random = new Random(3);
        List<Double> values = anyFinite(random, 500);
        BigDecimal expected = sum(values).exact();
        for (int round = 0; round < 20; round++) {
            Collections.shuffle(values, random);
            assertThat(sum(values).exact()).isEqualByComparingTo(expected);
        }
    }

    @Test
    void partialSumsMergeInAnyShape() throws IOException {
        Random random = new Random(4);
        List<Double> values = anyFinite(random, 400);
        byte[] expected = bytes(sum(values));
        for (int round = 0; round < 50; round++) {
            List<ExactSum> parts = new ArrayList<>();
            int at = 0;
            while (at < values.size()) {
                int end = Math.min(values.size(), at + 1 + random.nextInt(100));
                parts.add(sum(values.subList(at, end)));
                at = end;
            }
            while (parts.size() > 1) {
                ExactSum from = parts.remove(random.nextInt(parts.size()));
                parts.get(random.nextInt(parts.size())).merge(from);
            }
            assertThat(bytes(parts.get(0))).isEqualTo(expected);
        }
    }

    @Test
    void manyEqualSummandsCarry() {
        ExactSum sum = new ExactSum();
        for (int i = 0; i < 1_000_000; i++) {
            sum.add(-0x1.fffffffffffffp40);
        }
        BigDecimal expected = new BigDecimal(-0x1.fffffffffffffp40).multiply(BigDecimal.valueOf(1_000_000));
        assertThat(sum.exact()).isEqualByComparingTo(expected);
        for (int doubling = 0; doubling < 40; doubling++) {
            ExactSum same = copy(sum);
            sum.merge(same);
            expected = expected.multiply(BigDecimal.valueOf(2));
            assertThat(sum.exact()).isEqualByComparingTo(expected);
        }
    }

    @Test
    void theLargestSums() {
        ExactSum sum = new ExactSum();
        sum.add(Double.MAX_VALUE);
        sum.add(Double.MAX_VALUE);
        assertThat(sum.value()).isEqualTo(Double.POSITIVE_INFINITY);
        sum.add(-Double.MAX_VALUE);
        assertThat(sum.value()).isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void theValueIsRoundedOnce() {
        check(List.of(1.0, 0x1p-53));
        check(List.of(1.0, 0x1p-53, 0x1p-1000));
        check(List.of(1.0, 0x1p-53, -0x1p-1000));
        assertThat(sum(List.of(1.0, 0x1p-53, 0x1p-1000)).value()).isEqualTo(Math.nextUp(1.0));
        assertThat(sum(List.of(1.0, 0x1p-53)).value()).isEqualTo(1.0);
    }

    @Test
    void specialValues() throws IOException {
        double infinity = Double.POSITIVE_INFINITY;
        assertThat(sum(List.of(1.0, infinity)).value()).isEqualTo(infinity);
        assertThat(sum(List.of(1.0, -infinity)).value()).isEqualTo(-infinity);
        assertThat(sum(List.of(infinity, -infinity)).value()).isNaN();
        assertThat(sum(List.of(Double.NaN, 1.0)).value()).isNaN();
        for (double special : new double[] {Double.NaN, infinity, -infinity}) {
            ExactSum merged = sum(List.of(2.0));
            merged.merge(sum(List.of(special)));
            assertThat(merged.value()).isEqualTo(Double.valueOf(special));
            assertThat(copy(merged).value()).isEqualTo(Double.valueOf(special));
        }
    }

    @Test
    void bytesThatAreNoSumAreRefused() {
        byte[] tooLong = {0, 60, 60};
        assertThatThrownBy(() -> new ExactSum().read(new DataInputStream(new ByteArrayInputStream(tooLong))))
                .isInstanceOf(IOException.class)
                .hasMessage("not a serialized sum");
    }

    private static void check(List<Double> values) {
        BigDecimal expected = BigDecimal.ZERO;
        for (double value : values) {
            expected = expected.add(new BigDecimal(value));
        }
        ExactSum sum = sum(values);
        assertThat(sum.exact()).isEqualByComparingTo(expected);
        assertThat(sum.value()).isEqualTo(expected.doubleValue());
        assertThat(copy(sum).exact()).isEqualByComparingTo(expected);
    }

    private static ExactSum sum(List<Double> values) {
        ExactSum sum = new ExactSum();
        for (double value : values) {
            sum.add(value);
        }
        return sum;
    }

    private static List<Double> anyFinite(Random random, int count) {
        List<Double> values = new ArrayList<>();
        while (values.size() < count) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                values.add(value);
            }
        }
        return values;
    }

    private static byte[] bytes(ExactSum sum) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        sum.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static ExactSum copy(ExactSum sum) {
        try {
            ExactSum copy = new ExactSum();
            copy.read(new DataInputStream(new ByteArrayInputStream(bytes(sum))));
            return copy;
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
