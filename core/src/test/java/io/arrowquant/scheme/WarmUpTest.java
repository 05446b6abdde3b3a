package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WarmUpTest {
    private static final long PATIENCE_MILLIS = 3_000;

    @ParameterizedTest
    @CsvSource({
        "W4A16, BF16, false",
        "W4A16, BF16, true",
        "W8A8, F16, false",
        "nf4, F32, false",
        "NVFP4, BF16, false",
        "FP8_BLOCK, BF16, false"
    })
    void endsWhenNothingIsPutIntoBoxesAnyMoreOrItsTimeIsOver(String scheme, DataType dtype, boolean quality) {
        WarmUp.Outcome outcome =
                WarmUp.run(SchemeCatalog.parse(scheme), dtype, quality, PATIENCE_MILLIS, PATIENCE_MILLIS);

        // What other tests have run in this JVM decides what its compiler makes of a kernel.
        assertThat(outcome.compiled() || outcome.millis() >= PATIENCE_MILLIS).isTrue();
    }

    @Test
    void endsWhenItsTimeIsOver() {
        WarmUp.Outcome outcome = WarmUp.run(SchemeCatalog.parse("W4A16_ASYM"), DataType.F32, true, 0, PATIENCE_MILLIS);

        assertThat(outcome.compiled()).isFalse();
        assertThat(outcome.millis()).isLessThan(PATIENCE_MILLIS);
    }

    @Test
    void doesNothingForTypesThatAreNotQuantized() {
        assertThat(WarmUp.run(SchemeCatalog.parse("W4A16"), DataType.F8_E4M3, false, PATIENCE_MILLIS, PATIENCE_MILLIS))
                .isNull();
    }
}
