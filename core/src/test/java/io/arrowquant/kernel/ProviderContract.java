package io.arrowquant.kernel;

import org.junit.jupiter.api.Nested;

/** What every provider must fulfil. */
abstract class ProviderContract {
    abstract KernelProvider provider();

    @Nested
    class Widening extends WideningContract {
        @Override
        WideningKernels kernels() {
            return provider().widening();
        }
    }

    @Nested
    class Narrowing extends NarrowingContract {
        @Override
        KernelProvider provider() {
            return ProviderContract.this.provider();
        }
    }

    @Nested
    class Integer extends IntegerContract {
        @Override
        IntegerKernels kernels() {
            return provider().integer();
        }
    }

    @Nested
    class Groups extends GroupContract {
        @Override
        GroupKernels kernels() {
            return provider().groups();
        }
    }

    @Nested
    class Scaled extends ScaledContract {
        @Override
        ScaledKernels kernels() {
            return provider().scaled();
        }
    }

    @Nested
    class Statistics extends StatisticsContract {
        @Override
        StatisticsKernels kernels() {
            return provider().statistics();
        }
    }

    @Nested
    class Blocks extends BlockContract {
        @Override
        BlockKernels kernels() {
            return provider().blocks();
        }
    }

    @Nested
    class FourBit extends FourBitContract {
        @Override
        FourBitKernels kernels() {
            return provider().fourBit();
        }
    }

    @Nested
    class EightBit extends EightBitContract {
        @Override
        EightBitKernels kernels() {
            return provider().eightBit();
        }
    }

    @Nested
    class BlockPasses extends BlockPassContract {
        @Override
        BlockPassKernels kernels() {
            return provider().blockPasses();
        }
    }
}
