package io.arrowquant.kernel;

/** The provider in use, looked up once, when the first kernel is needed. */
public final class Kernels {
    /** Forces a provider, {@code scalar} or {@code vector}; tests use it to run everything on each. */
    public static final String PROVIDER_PROPERTY = "arrowquant.kernels";

    private Kernels() {}

    public static KernelProvider get() {
        return Holder.PROVIDER;
    }

    private static final class Holder {
        static final KernelProvider PROVIDER =
                ProviderLookup.ofThisJvm().choose(System.getProperty(PROVIDER_PROPERTY, ""));
    }
}
