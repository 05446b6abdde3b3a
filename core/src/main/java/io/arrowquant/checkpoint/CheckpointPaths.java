package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import java.io.IOException;

/** Checks on the paths of a conversion, before anything is read or written. */
public final class CheckpointPaths {
    private static final String REMEDY = "Choose an output directory apart from the input";

    private CheckpointPaths() {}

    /**
     * Refuses an output that is the input, lies inside it, or contains it, links resolved: writing or overwriting it
     * would destroy or mix with what is being read. The output need not exist.
     */
    public static void requireSeparate(Storage storage, String input, String output) throws IOException {
        String from = storage.canonical(input);
        String to = storage.canonical(output);
        String shown = "The output '" + Printable.text(output) + "' ";
        if (to.equals(from)) {
            throw new InvalidRequestException(shown + "is the input itself", REMEDY);
        }
        if (Confinement.isInside(to, from)) {
            throw new InvalidRequestException(shown + "lies inside the input '" + Printable.text(input) + "'", REMEDY);
        }
        if (Confinement.isInside(from, to)) {
            throw new InvalidRequestException(
                    shown + "contains the input '" + Printable.text(input) + "', which overwriting would delete",
                    REMEDY);
        }
    }

    /** Whether a path is a directory or lies inside it, links resolved. Neither need exist. */
    public static boolean contains(Storage storage, String directory, String path) throws IOException {
        String outer = storage.canonical(directory);
        String inner = storage.canonical(path);
        return inner.equals(outer) || Confinement.isInside(inner, outer);
    }
}
