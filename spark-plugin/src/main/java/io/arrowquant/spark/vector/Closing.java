package io.arrowquant.spark.vector;

import java.io.IOException;

/** Closes several things, all of them even when one fails. */
public final class Closing {
    private Closing() {}

    /** Closes in order; the first failure is thrown, later ones are added to it. */
    public static void all(AutoCloseable... resources) throws IOException {
        Exception first = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception failed) {
                if (first == null) {
                    first = failed;
                } else {
                    first.addSuppressed(failed);
                }
            }
        }
        if (first instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (first instanceof IOException io) {
            throw io;
        }
        if (first != null) {
            throw new IOException("Cannot close: " + first.getMessage(), first);
        }
    }
}
