package io.arrowquant.kernel;

/**
 * Kernels on the vectors of jdk.incubator.vector. Only {@link Kernels} names this class, and only as text: where the
 * module is missing, loading it fails.
 */
final class VectorProvider implements KernelProvider {
    static final String NAME = "vector";

    private final WideningKernels widening = new VectorWidening();
    private final NarrowingKernels narrowing = new VectorNarrowing();
    private final IntegerKernels integer = new VectorInteger();
    private final GroupKernels groups = new VectorGroups();
    private final ScaledKernels scaled = new VectorScaled();
    private final BlockKernels blocks = new VectorBlocks();
    private final StatisticsKernels statistics = new VectorStatistics();
    private final FourBitKernels fourBit = new VectorFourBit();
    private final EightBitKernels eightBit = new VectorEightBit();

    @Override
    public String name() {
        return NAME;
    }

    /** The name with the size in use, for logs: it decides the speed, never the bytes. */
    @Override
    public String toString() {
        return NAME + " (" + VectorShapes.BITS + " bits)";
    }

    @Override
    public WideningKernels widening() {
        return widening;
    }

    @Override
    public NarrowingKernels narrowing() {
        return narrowing;
    }

    @Override
    public IntegerKernels integer() {
        return integer;
    }

    @Override
    public GroupKernels groups() {
        return groups;
    }

    @Override
    public ScaledKernels scaled() {
        return scaled;
    }

    @Override
    public BlockKernels blocks() {
        return blocks;
    }

    @Override
    public BlockPassKernels blockPasses() {
        return new VectorBlockPasses();
    }

    @Override
    public StatisticsKernels statistics() {
        return statistics;
    }

    @Override
    public FourBitKernels fourBit() {
        return fourBit;
    }

    @Override
    public EightBitKernels eightBit() {
        return eightBit;
    }
}
