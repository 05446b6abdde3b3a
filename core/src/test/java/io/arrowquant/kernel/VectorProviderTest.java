package io.arrowquant.kernel;

/** The vector provider, in the size this machine prefers, against every contract. */
class VectorProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = new VectorProvider();

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
