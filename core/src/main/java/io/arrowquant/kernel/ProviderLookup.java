package io.arrowquant.kernel;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Chooses between the providers: vectors where this JVM can run them, plain loops elsewhere. Each refusal is one sentence
 * that says what to do about it.
 */
final class ProviderLookup {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String VECTOR_CLASS = "io.arrowquant.kernel.VectorProvider";
    private static final String VECTOR = "vector";

    private final System.Logger logger;
    private final boolean modulePresent;
    private final String jvm;

    ProviderLookup(System.Logger logger, boolean modulePresent, String jvm) {
        this.logger = logger;
        this.modulePresent = modulePresent;
        this.jvm = jvm;
    }

    static ProviderLookup ofThisJvm() {
        return new ProviderLookup(
                System.getLogger(Kernels.class.getName()),
                ModuleLayer.boot().findModule(MODULE).isPresent(),
                System.getProperty("java.vm.info", ""));
    }

    /** The provider of a name, or the best one when the name is empty. */
    KernelProvider choose(String forced) {
        return switch (forced) {
            case "" -> best();
            case ScalarProvider.NAME -> new ScalarProvider();
            case VECTOR -> forcedVector();
            default ->
                throw new IllegalArgumentException(Kernels.PROVIDER_PROPERTY + "=" + forced
                        + " names no kernel provider; use " + ScalarProvider.NAME + " or " + VECTOR);
        };
    }

    private KernelProvider best() {
        String refusal = refusal();
        if (refusal == null) {
            try {
                KernelProvider provider = vector();
                logger.log(Level.DEBUG, "Kernels: {0}", provider);
                return provider;
            } catch (LinkageError incompatible) {
                refusal = "this JVM has another version of module " + MODULE + " (" + incompatible + ")";
            }
        }
        logger.log(Level.WARNING, "Kernels run several times slower than they could: {0}", refusal);
        return new ScalarProvider();
    }

    private KernelProvider forcedVector() {
        if (!modulePresent) {
            throw new IllegalStateException(Kernels.PROVIDER_PROPERTY + "=" + VECTOR + " is set, but " + refusal());
        }
        return vector();
    }

    /** Why vectors would not work, or not be fast, and what to do about it; null when they would. */
    private String refusal() {
        if (!modulePresent) {
            return "module " + MODULE + " is missing; start the JVM with --add-modules=" + MODULE;
        }
        if (jvm.contains("interpreted") || jvm.contains("emulated-client")) {
            return "the optimizing compiler of this JVM is off; start it without -Xint and -XX:TieredStopAtLevel";
        }
        return null;
    }

    /** By name, so that neither the provider nor anything it refers to is loaded unless it is used. */
    private static KernelProvider vector() {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            return (KernelProvider)
                    lookup.findConstructor(lookup.findClass(VECTOR_CLASS), MethodType.methodType(void.class))
                            .invoke();
        } catch (RuntimeException | Error asItIs) {
            throw asItIs;
        } catch (Throwable impossible) {
            throw new LinkageError("kernel provider " + VECTOR_CLASS, impossible);
        }
    }
}
