package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.InvalidRequestException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Says why a command did not succeed: one line for what the user can do something about, the whole stack for our own
 * mistakes; and the exit code that tells the two kinds of the former apart.
 */
final class Failures {
    private static final String OUT_OF_MEMORY =
            "Out of memory. Give Spark more with -- --driver-memory 4g (and --executor-memory on a cluster), or let fewer"
                    + " tasks run at once with --master local[2]";

    private final Streams streams;
    private final boolean json;

    Failures(Streams streams, boolean json) {
        this.streams = streams;
        this.json = json;
    }

    /** The command line cannot be understood. */
    int ofArguments(ParameterException wrong) {
        return report("invalid request", describe(wrong), ExitCode.BAD_REQUEST);
    }

    /** A command was understood and went wrong. */
    int ofJob(Exception failure) {
        ArrowQuantException known = find(failure, ArrowQuantException.class);
        if (known instanceof InvalidRequestException) {
            return report("invalid request", known.getMessage(), ExitCode.BAD_REQUEST);
        }
        if (known != null) {
            return report(kind(known), known.getMessage(), ExitCode.FAILED);
        }
        if (Cancellation.isBehind(failure)) {
            CancelledException ours = find(failure, CancelledException.class);
            return report("cancelled", ours == null ? Cancellation.MESSAGE : ours.getMessage(), ExitCode.FAILED);
        }
        if (find(failure, OutOfMemoryError.class) != null) {
            return report("resources", OUT_OF_MEMORY, ExitCode.FAILED);
        }
        if (failure instanceof UncheckedIOException || failure instanceof IOException) {
            // What the file system says is the user's to know; where we called it is not.
            return report("input or output", oneLine(failure), ExitCode.FAILED);
        }
        failure.printStackTrace(streams.err());
        return report("bug", "This is a bug of ArrowQuant, please report it: " + oneLine(failure), ExitCode.FAILED);
    }

    private int report(String kind, String message, int exitCode) {
        streams.note("arrowquant: " + message);
        if (json) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("status", "failed");
            document.put("exit_code", exitCode);
            document.put("kind", kind);
            document.put("error", message);
            streams.json(document);
        }
        return exitCode;
    }

    private static String describe(ParameterException wrong) {
        List<String> commands = new ArrayList<>(
                wrong.getCommandLine().getCommandSpec().subcommands().keySet());
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            if (!commands.isEmpty() && !first.startsWith("-")) {
                return InvalidRequestException.unknown("command", first, commands)
                        .getMessage();
            }
            if (first.startsWith("-")) {
                return InvalidRequestException.unknown("option", first, options(wrong))
                        .getMessage();
            }
            return "'" + first + "' is more than the command takes. Give paths with spaces in quotes";
        }
        if (wrong instanceof MissingParameterException) {
            return wrong.getMessage() + ". See --help";
        }
        return wrong.getMessage();
    }

    private static List<String> options(ParameterException wrong) {
        List<String> names = new ArrayList<>();
        for (OptionSpec option : wrong.getCommandLine().getCommandSpec().options()) {
            names.add(option.longestName());
        }
        return names;
    }

    private static String kind(ArrowQuantException known) {
        return switch (known.getClass().getSimpleName()) {
            case "MalformedFileException" -> "malformed file";
            case "QuantizationException" -> "quantization";
            default -> "resources";
        };
    }

    /** The first exception of a kind among an exception and its causes. */
    static <T extends Throwable> T find(Throwable failure, Class<T> kind) {
        Throwable at = failure;
        // Chains with a loop do occur; none that says something is this long.
        for (int depth = 0; at != null && depth < 50; depth++) {
            if (kind.isInstance(at)) {
                return kind.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }

    private static String oneLine(Throwable failure) {
        String message = failure.getMessage() == null ? failure.getClass().getName() : failure.getMessage();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
