package io.arrowquant.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
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
            "FourBitTable");

    private Providers() {}

    public static KernelProvider scalar() {
        return new ScalarProvider();
    }

    /** Vectors of the size that the machine prefers. */
    public static KernelProvider vector() {
        return new VectorProvider();
    }

    public static KernelProvider ofBits(int bits) {
        String before = System.setProperty(VectorShapes.BITS_PROPERTY, Integer.toString(bits));
        try {
            Constructor<?> constructor =
                    new Loader().loadClass(PACKAGE + "VectorProvider").getDeclaredConstructor();
            constructor.setAccessible(true);
            KernelProvider provider = (KernelProvider) constructor.newInstance();
            if (!provider.toString().equals("vector (" + bits + " bits)")) {
                throw new AssertionError(provider);
            }
            return provider;
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException(thrown.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        } finally {
            if (before == null) {
                System.clearProperty(VectorShapes.BITS_PROPERTY);
            } else {
                System.setProperty(VectorShapes.BITS_PROPERTY, before);
            }
        }
    }

    private static final class Loader extends ClassLoader {
        Loader() {
            super(Providers.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE) || SHARED.contains(name.substring(PACKAGE.length()))) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }
}
