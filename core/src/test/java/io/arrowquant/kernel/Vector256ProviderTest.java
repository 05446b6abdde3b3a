package io.arrowquant.kernel;

/** The vector provider with 256 bits, whatever the machine prefers, against every contract. */
class Vector256ProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(256);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
