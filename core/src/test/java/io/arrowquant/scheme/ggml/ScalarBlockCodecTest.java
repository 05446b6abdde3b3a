package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;

/** The plain codecs. */
class ScalarBlockCodecTest extends BlockCodecContract {
    @Override
    KernelProvider provider() {
        return Providers.scalar();
    }
}
