package io.arrowquant.kernel;

/** One implementation of every kernel. All providers give the same bytes. */
public interface KernelProvider {
    /** A short name for logs and tests: {@code scalar} or {@code vector}. */
    String name();

    WideningKernels widening();

    NarrowingKernels narrowing();

    IntegerKernels integer();

    GroupKernels groups();

    ScaledKernels scaled();

    BlockKernels blocks();

    /** New for each caller: they hold scratch space, so one per thread. */
    BlockPassKernels blockPasses();

    StatisticsKernels statistics();

    FourBitKernels fourBit();

    EightBitKernels eightBit();
}
