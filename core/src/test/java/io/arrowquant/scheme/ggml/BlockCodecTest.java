package io.arrowquant.scheme.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What types inherit that neither read stored elements nor know weights. */
class BlockCodecTest {
    private static final int ELEMENTS = 256;
    private static final int BYTES = 66;

    private final BlockCodec ternary = new Tq20Codec();

    @Test
    void typesWantFloatsUnlessTheySayOtherwise() {
        assertThat(ternary.encodeBrain(new byte[2 * ELEMENTS], 0, 1, new byte[BYTES], 0))
                .isFalse();
    }

    @Test
    void typesWithoutWeightsIgnoreThem() {
        float[] values = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            values[i] = (i % 7) - 3f;
        }
        byte[] plain = new byte[BYTES];
        byte[] weighted = new byte[BYTES];
        ternary.encode(values, 0, 1, plain, 0);
        ternary.encodeWeighted(values, 0, null, weighted, 0);
        assertThat(weighted).isEqualTo(plain).isNotEqualTo(new byte[BYTES]);
    }
}
