package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;

/** The codecs with kernels on vectors of 128 bits, whatever the machine prefers. */
class Vector128BlockCodecTest extends BlockCodecContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(128);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
