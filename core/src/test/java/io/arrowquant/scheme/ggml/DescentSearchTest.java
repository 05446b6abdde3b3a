package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;
import io.arrowquant.kernel.SubBlockSearch;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The searches of all providers find what the plain one finds, however many sub-blocks they take at once. */
class DescentSearchTest {
    private static final int LIMIT = 4;
    private static final List<KernelProvider> PROVIDERS = List.of(
            Providers.scalar(),
            Providers.vector(),
            Providers.ofBits(128),
            Providers.ofBits(256),
            Providers.ofBits(512));

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 31, 64, 250, 256})
    void ofSixteenElements(int most) {
        for (KernelProvider provider : PROVIDERS) {
            check(provider, 16, most);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 32})
    void ofAnotherLength(int elements) {
        for (KernelProvider provider : PROVIDERS) {
            check(provider, elements, 32);
        }
    }

    private static void check(KernelProvider provider, int elements, int most) {
        SubBlockSearch plain = new DescentSearch(LIMIT, elements);
        SubBlockSearch search = provider.blocks().descent(LIMIT, elements, new DescentSearch(LIMIT, elements));
        int count = Math.min(most, search.capacity());
        Random random = new Random(most);
        for (int round = 0; round < 20; round++) {
            float[] values = values(random, count, elements);
            search.fit(values, 0, count);
            float[] scales = new float[count];
            search.putScales(0, count, scales);
            byte[] codes = new byte[elements];
            byte[] expected = new byte[elements];
            for (int j = 0; j < count; j++) {
                plain.fit(values, j * elements, 1);
                plain.putCodes(0, expected, 0);
                search.putCodes(j, codes, 0);
                assertThat(codes).as("codes of %s by %s", j, provider).isEqualTo(expected);
                assertThat(scales[j]).isEqualTo(plain.scale(0)).isEqualTo(search.scale(j));
            }
        }
    }

    /** Some are settled at once, some after one sweep, some after several; some are zero or equal, some are large. */
    private static float[] values(Random random, int count, int elements) {
        float[] values = new float[count * elements];
        for (int j = 0; j < count; j++) {
            int kind = random.nextInt(8);
            float factor = kind == 7 ? 1e6f : kind == 6 ? 0f : 0.02f;
            for (int i = 0; i < elements; i++) {
                float value = (float) random.nextGaussian();
                values[j * elements + i] = factor * (kind < 3 ? Math.round(value) : value * value * value);
            }
        }
        return values;
    }
}
