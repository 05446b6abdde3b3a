package io.arrowquant.spark.job;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The jobs: {@code spark-submit --class io.arrowquant.spark.job.ArrowQuantJob arrowquant-spark.jar COMMAND ...}. Ends with
 * exit code 0 when the job is done, 1 when it failed and 2 when the request was bad.
 */
public final class ArrowQuantJob {
    private ArrowQuantJob() {}

    public static void main(String[] arguments) {
        int exitCode = run(arguments, System.out, System.err);
        // A successful driver ends by itself, as cluster managers expect; a failed one has to say so.
        if (exitCode != ExitCode.DONE) {
            System.exit(exitCode);
        }
    }

    /** Runs one command in this process, in the Spark session there is, or in one of its own. Returns the exit code. */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        Streams streams = new Streams(out, err);
        Failures failures = new Failures(streams, List.of(arguments).contains(OutputOptions.JSON));
        int exitCode = commandLine(streams)
                .setParameterExceptionHandler((wrong, given) -> failures.ofArguments(wrong))
                .setExecutionExceptionHandler((failure, command, parsed) -> failures.ofJob(failure))
                .execute(arguments);
        out.flush();
        err.flush();
        return exitCode;
    }

    private static CommandLine commandLine(Streams streams) {
        CommandLine root = new CommandLine(new Root());
        for (Object command : commands(streams)) {
            CommandLine subcommand = new CommandLine(command);
            root.addSubcommand(subcommand.getCommandName(), subcommand);
        }
        return root.setOut(streams.outWriter())
                .setErr(streams.errWriter())
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setAbbreviatedOptionsAllowed(false);
    }

    private static List<Object> commands(Streams streams) {
        List<Object> commands = new ArrayList<>();
        commands.add(new QuantizeCommand(streams));
        commands.add(new InspectCommand(streams));
        commands.add(new SchemesCommand(streams));
        return commands;
    }

    @Command(
            name = "arrowquant",
            description = "Quantizes model checkpoints on Spark.",
            mixinStandardHelpOptions = true,
            versionProvider = Root.Version.class,
            synopsisSubcommandLabel = "COMMAND",
            footer = {"", "Exit codes: 0 done, 1 failed, 2 bad request."})
    private static final class Root implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.CommandSpec spec;

        @Override
        public void run() {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "No command is given. Known: " + String.join(", ", names()));
        }

        private List<String> names() {
            return new ArrayList<>(spec.subcommands().keySet());
        }

        static final class Version implements CommandLine.IVersionProvider {
            @Override
            public String[] getVersion() {
                return new String[] {"ArrowQuant " + Versions.arrowQuant()};
            }
        }
    }
}
