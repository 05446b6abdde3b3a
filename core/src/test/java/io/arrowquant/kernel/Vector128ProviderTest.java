package io.arrowquant.kernel;

/** The vector provider with 128 bits, whatever the machine prefers, against every contract. */
class Vector128ProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = Providers.ofBits(128);

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
