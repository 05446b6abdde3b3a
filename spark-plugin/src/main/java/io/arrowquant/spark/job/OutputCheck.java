package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointPaths;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.error.ResourceException;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.ByteSize;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** What must be true of an output before a job begins. */
final class OutputCheck {
    /** Headers, footers, the report: small against tensors, and this much beside small ones. */
    private static final long MARGIN_BYTES = 64L << 20;

    private static final double MARGIN_SHARE = 0.02;

    private OutputCheck() {}

    /** Looks the output up and refuses one that is mixed up with the input or, unless it may be replaced, exists. */
    static Storages.Located require(String input, String output, boolean overwrite, Configuration configuration)
            throws IOException {
        Storages.Located target = Storages.locate(output, configuration);
        if (sameStore(input, output, configuration)) {
            CheckpointPaths.requireSeparate(target.storage(), globFree(input, configuration), target.path());
        }
        if (target.storage().exists(target.path())) {
            requireReplaceable(target, overwrite);
        }
        return target;
    }

    private static void requireReplaceable(Storages.Located target, boolean overwrite) throws IOException {
        String shown = "The output '" + Printable.text(target.path()) + "'";
        if (!target.storage().status(target.path()).directory()) {
            throw new InvalidRequestException(shown + " is a file", "Name a directory to write to");
        }
        if (!overwrite
                && !OutputClaim.entriesWhenClaimed(target.storage(), target.path())
                        .isEmpty()) {
            throw new InvalidRequestException(
                    shown + " exists already and is not empty",
                    "Use --overwrite to replace all it holds, or choose another directory");
        }
    }

    /** Refuses outputs of one job of which one lies in another: replacing or checking that would concern both. */
    static void requireApart(List<Storages.Located> outputs) throws IOException {
        for (int i = 0; i < outputs.size(); i++) {
            for (int j = 0; j < outputs.size(); j++) {
                if (i != j && contains(outputs.get(i), outputs.get(j))) {
                    throw new InvalidRequestException(
                            "The output '" + Printable.text(outputs.get(j).path()) + "' lies inside another, '"
                                    + Printable.text(outputs.get(i).path()) + "'",
                            "Give each output a directory of its own");
                }
            }
        }
    }

    /** Refuses a directory for copies of the report that cannot be one, or that would mix them with a model. */
    static void requireReports(String reports, String input, Storages.Located output, Configuration configuration)
            throws IOException {
        Storages.Located target = Storages.locate(reports, configuration);
        String shown = "The directory of reports '" + Printable.text(target.path()) + "'";
        if (target.storage().exists(target.path())
                && !target.storage().status(target.path()).directory()) {
            throw new InvalidRequestException(shown + " is a file", "Name a directory to write to");
        }
        for (Storages.Located model : List.of(output, Storages.locate(input, configuration))) {
            if (contains(model, target)) {
                throw new InvalidRequestException(
                        shown + " lies inside the model '" + Printable.text(model.path()) + "'",
                        "Name a directory apart from input and output, which holds a report in any case");
            }
        }
    }

    private static boolean contains(Storages.Located outer, Storages.Located inner) throws IOException {
        return Storages.sameStore(outer, inner)
                && CheckpointPaths.contains(outer.storage(), outer.path(), inner.path());
    }

    /** Refuses to begin what the disk cannot hold; some stores do not say what they can. */
    static void requireSpace(Storages.Located target, long bytes) throws IOException {
        long needed = bytes + (long) (bytes * MARGIN_SHARE) + MARGIN_BYTES;
        OptionalLong free = target.storage().freeBytes(target.path());
        if (free.isPresent()
                && free.getAsLong() < needed
                && free.getAsLong() + OutputClaim.bytesLeftBy(target.storage(), target.path()) < needed) {
            throw new ResourceException(
                    String.format(
                            java.util.Locale.ROOT,
                            "The output needs about %s (%d bytes), but only %s (%d bytes) are free at '%s'",
                            ByteSize.show(needed),
                            needed,
                            ByteSize.show(free.getAsLong()),
                            free.getAsLong(),
                            Printable.text(target.path())),
                    "Free some space, or choose another output. An output that is replaced stays until the new one is"
                            + " complete");
        }
    }

    private static boolean sameStore(String input, String output, Configuration configuration) throws IOException {
        Path a = qualified(input, configuration);
        Path b = qualified(output, configuration);
        return Objects.equals(a.toUri().getScheme(), b.toUri().getScheme())
                && Objects.equals(a.toUri().getAuthority(), b.toUri().getAuthority());
    }

    private static Path qualified(String path, Configuration configuration) throws IOException {
        Path given = new Path(path);
        return given.getFileSystem(configuration).makeQualified(given);
    }

    /** A glob stands for the deepest directory that all it matches lies in. */
    private static String globFree(String input, Configuration configuration) throws IOException {
        Path path = new Path(input);
        while (path.getParent() != null
                && path.toUri().getPath().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0)
                && !path.getFileSystem(configuration).exists(path)) {
            path = path.getParent();
        }
        return Storages.locate(path.toString(), configuration).path();
    }
}
