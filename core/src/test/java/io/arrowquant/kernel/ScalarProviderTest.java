package io.arrowquant.kernel;

/** The scalar provider against every contract. */
class ScalarProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = new ScalarProvider();

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }
}
