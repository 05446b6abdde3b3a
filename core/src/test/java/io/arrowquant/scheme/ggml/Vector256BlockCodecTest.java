package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.kernel.Providers;

/** The codecs with kernels on vectors of 256 bits, whatever the machine prefers. */
class Vector256BlockCodecTest extends BlockCodecContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(256);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
