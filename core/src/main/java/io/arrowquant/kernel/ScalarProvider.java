package io.arrowquant.kernel;

/** Plain Java loops: the reference that every other provider must equal byte for byte. */
final class ScalarProvider implements KernelProvider {
    static final String NAME = "scalar";

    private final WideningKernels widening = new ScalarWidening();
    private final NarrowingKernels narrowing = new ScalarNarrowing();
    private final IntegerKernels integer = new ScalarInteger();
    private final GroupKernels groups = new ScalarGroups(integer);
    private final ScaledKernels scaled = new ScalarScaled();
    private final BlockKernels blocks = new ScalarBlocks();
    private final StatisticsKernels statistics = new ScalarStatistics();
    private final FourBitKernels fourBit = new ScalarFourBit();
    private final EightBitKernels eightBit = new ScalarEightBit();

    @Override
    public String name() {
        return NAME;
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
        return new ScalarBlockPasses();
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
