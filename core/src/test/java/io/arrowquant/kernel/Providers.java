package io.arrowquant.kernel;

import io.arrowquant.FreshClasses;
import java.util.Map;
import java.util.Set;

/**
 * Providers for tests, also vector providers of any size. The size is a constant of a class, so each provider is loaded once more, by a class
 * loader of its own, together with what it uses of its package; the interfaces stay the same.
 */
public final class Providers {
    private static final String PACKAGE = "io.arrowquant.kernel.";
    private static final Set<String> SHARED = Set.of(
            "KernelProvider",
            "WideningKernels",
            "NarrowingKernels",
            "IntegerKernels",
            "GroupKernels",
            "ScaledKernels",
            "BlockKernels",
            "BlockPassKernels",
            "SubBlockSearch",
            "TableSearch",
            "AffineGrid",
            "StatisticsKernels",
            "FourBitKernels",
            "FourBitTable",
            "EightBitKernels");

    private Providers() {}

    public static KernelProvider scalar() {
        return new ScalarProvider();
    }

    /** Vectors of the size that the machine prefers. */
    public static KernelProvider vector() {
        return new VectorProvider();
    }

    public static KernelProvider ofBits(int bits) {
        FreshClasses classes = new FreshClasses(
                name -> name.startsWith(PACKAGE) && !SHARED.contains(name.substring(PACKAGE.length())));
        Map<String, String> properties = Map.of(VectorShapes.BITS_PROPERTY, Integer.toString(bits));
        KernelProvider provider = (KernelProvider) classes.make(PACKAGE + "VectorProvider", properties);
        if (!provider.toString().equals("vector (" + bits + " bits)")) {
            throw new AssertionError(provider);
        }
        return provider;
    }
}
