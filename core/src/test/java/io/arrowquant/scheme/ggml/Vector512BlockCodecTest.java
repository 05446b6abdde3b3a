package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;

/** The codecs with kernels on vectors of 512 bits, whatever the machine prefers. */
class Vector512BlockCodecTest extends BlockCodecContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(512);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
