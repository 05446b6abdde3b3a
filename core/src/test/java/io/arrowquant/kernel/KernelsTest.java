package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class KernelsTest {
    @Test
    void theScalarProviderCanBeForced() {
        assertThat(Kernels.choose("scalar").name()).isEqualTo("scalar");
    }

    @Test
    void thereIsOneProvider() {
        assertThat(Kernels.get()).isSameAs(Kernels.get());
    }

    @Test
    void unknownNamesAreRefused() {
        assertThatThrownBy(() -> Kernels.choose("cuda"))
                .hasMessageContaining("arrowquant.kernels=cuda names no kernel provider")
                .hasMessageContaining("scalar");
    }
}
