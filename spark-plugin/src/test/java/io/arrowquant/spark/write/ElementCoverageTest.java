package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.ElementRange;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementCoverageTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithABitForEachElement(long seed) {
        Random random = new Random(seed);
        int elements = 200;
        BitSet expected = new BitSet(elements);
        ElementCoverage coverage = new ElementCoverage();
        for (int i = 0; i < 300; i++) {
            int start = random.nextInt(elements);
            int end = Math.min(elements, start + random.nextInt(1 + (int) seed * 2));
            int overlap = expected.nextSetBit(start);
            boolean overlaps = overlap >= 0 && overlap < end;
            assertThat(coverage.add(new ElementRange(start, end - start)))
                    .isEqualTo(overlaps ? overlap : ElementCoverage.NO_OVERLAP);
            if (!overlaps) {
                expected.set(start, end);
            }
            assertThat(coverage.covered()).isEqualTo(expected.cardinality());
            assertThat(coverage.firstMissing()).isEqualTo(expected.nextClearBit(0));
        }
    }

    @Test
    void rangesBeyondTheReachOfInt() {
        ElementCoverage coverage = new ElementCoverage();
        long far = 1L << 40;
        assertThat(coverage.add(new ElementRange(far, far))).isEqualTo(ElementCoverage.NO_OVERLAP);
        assertThat(coverage.add(new ElementRange(0, far))).isEqualTo(ElementCoverage.NO_OVERLAP);
        assertThat(coverage.add(new ElementRange(2 * far - 1, 1))).isEqualTo(2 * far - 1);
        assertThat(coverage.covered()).isEqualTo(2 * far);
        assertThat(coverage.firstMissing()).isEqualTo(2 * far);
    }
}
