package io.arrowquant.kernel;

import org.junit.jupiter.api.Nested;

/** The scalar provider against every contract. */
class ScalarProviderTest {
    private static final KernelProvider PROVIDER = new ScalarProvider();

    @Nested
    class Widening extends WideningContract {
        @Override
        WideningKernels kernels() {
            return PROVIDER.widening();
        }
    }

    @Nested
    class Narrowing extends NarrowingContract {
        @Override
        KernelProvider provider() {
            return PROVIDER;
        }
    }

    @Nested
    class Integer extends IntegerContract {
        @Override
        IntegerKernels kernels() {
            return PROVIDER.integer();
        }
    }

    @Nested
    class Statistics extends StatisticsContract {
        @Override
        StatisticsKernels kernels() {
            return PROVIDER.statistics();
        }
    }
}
