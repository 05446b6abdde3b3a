package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What grids inherit. */
class SliceGridTest {
    @Test
    void gridsReadFloatsUnlessTheySayOtherwise() {
        byte[] codes = {1, 2, 3, 4};
        boolean done = new Nvfp4Grid(Precision.BRAIN, 1f)
                .encodeBrains(new byte[8], 0, 1, 4, new float[] {1f}, new float[1], codes, 0);
        assertThat(done).isFalse();
        assertThat(codes).containsExactly(1, 2, 3, 4);
    }
}
