package io.arrowquant.kernel;

/**
 * Looks the provider up, once. The system property {@code arrowquant.kernels} forces one by name; tests use it to run
 * everything on each.
 */
public final class Kernels {
    /** Forces a provider: {@code scalar}. */
    public static final String PROVIDER_PROPERTY = "arrowquant.kernels";

    private Kernels() {}

    public static KernelProvider get() {
        return Holder.PROVIDER;
    }

    /** Holds the choice, made when the first kernel is needed. */
    private static final class Holder {
        static final KernelProvider PROVIDER = choose(System.getProperty(PROVIDER_PROPERTY, ""));
    }

    static KernelProvider choose(String forced) {
        if (forced.isEmpty() || forced.equals(ScalarProvider.NAME)) {
            return new ScalarProvider();
        }
        throw new IllegalArgumentException(
                PROVIDER_PROPERTY + "=" + forced + " names no kernel provider; use " + ScalarProvider.NAME);
    }
}
