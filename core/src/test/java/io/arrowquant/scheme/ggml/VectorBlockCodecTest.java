package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;

/** The codecs with kernels on vectors of the size that the machine prefers. */
class VectorBlockCodecTest extends BlockCodecContract {
    @Override
    KernelProvider provider() {
        return Providers.vector();
    }
}
