package io.arrowquant;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Loads some classes once more. What their constants are made of, system properties say, can be other values then. All
 * other classes stay the same, so objects go to and fro as these.
 */
public final class FreshClasses extends ClassLoader {
    private final Predicate<String> fresh;

    /** {@code fresh} is told the full names of classes, and says which are to be loaded once more. */
    public FreshClasses(Predicate<String> fresh) {
        super(FreshClasses.class.getClassLoader());
        this.fresh = fresh;
    }

    /** An object of a class that has a constructor without arguments, made while system properties are as given. */
    public Object make(String className, Map<String, String> properties) {
        Map<String, String> before = new HashMap<>();
        properties.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
        try {
            Constructor<?> constructor = loadClass(className).getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor.newInstance();
        } catch (InvocationTargetException thrown) {
            throw new IllegalStateException(thrown.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        } finally {
            before.forEach(FreshClasses::restore);
        }
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!fresh.test(name)) {
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
