package io.arrowquant.kernel;

import org.junit.jupiter.api.Nested;

/** The scalar provider against every contract. */
class ScalarProviderTest extends ProviderContract {
    private static final KernelProvider PROVIDER = new ScalarProvider();

    @Override
    KernelProvider provider() {
        return PROVIDER;
    }

    @Nested
    class Narrowing extends NarrowingContract {
        @Override
        KernelProvider provider() {
            return PROVIDER;
        }
    }
}
