package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.kernel.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every scheme of the catalog makes the same bytes of a tensor with plain loops and with vectors of every size: all its
 * parts, also of ranges, what they are decoded to, and what is told of errors.
 */
class SchemeProvidersTest {
    private static final SchemeRun SCALAR = FreshSchemeRun.with(Map.of(Kernels.PROVIDER_PROPERTY, "scalar"));
    private static final List<SchemeRun> VECTORS = List.of(vectors(128), vectors(256), vectors(512));

    private static SchemeRun vectors(int bits) {
        return FreshSchemeRun.with(
                Map.of(Kernels.PROVIDER_PROPERTY, "vector", "arrowquant.vector.bits", Integer.toString(bits)));
    }

    @Test
    void eachRunHasAProviderOfItsOwn() {
        assertThat(SCALAR.kernels()).contains("ScalarProvider");
        assertThat(VECTORS)
                .extracting(SchemeRun::kernels)
                .containsExactly("vector (128 bits)", "vector (256 bits)", "vector (512 bits)");
    }

    static List<String> schemes() {
        return SchemeCatalog.entries().stream().map(SchemeEntry::name).toList();
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void allProvidersMakeTheSameBytes(String name) {
        SchemeVariants.cases(name).forEach(SchemeProvidersTest::assertSameBytes);
    }

    private static void assertSameBytes(SchemeVariants.Case given) {
        byte[] stored = given.stored();
        for (NonFinite policy : NonFinite.values()) {
            if (policy == NonFinite.ERROR && given.samples() != StoredSamples.ANY) {
                continue;
            }
            Map<String, byte[]> expected = SCALAR.of(given.scheme(), given.dtype(), given.shape(), policy, stored);
            for (SchemeRun vectors : VECTORS) {
                Map<String, byte[]> results = vectors.of(given.scheme(), given.dtype(), given.shape(), policy, stored);
                assertThat(results.keySet())
                        .as("results of %s with %s", given, vectors.kernels())
                        .isEqualTo(expected.keySet());
                expected.forEach((result, bytes) -> assertThat(Arrays.mismatch(results.get(result), bytes))
                        .as("first byte of %s that differs: %s with %s", result, given, vectors.kernels())
                        .isEqualTo(-1));
            }
        }
    }
}
