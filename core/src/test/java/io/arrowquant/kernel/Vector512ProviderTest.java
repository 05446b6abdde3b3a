package io.arrowquant.kernel;

/** The vector provider with 512 bits, whatever the machine prefers, against every contract. */
class Vector512ProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(512);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
