package io.arrowquant.spark.job;

import io.arrowquant.spark.compat.Sessions;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The jobs: {@code spark-submit --class io.arrowquant.spark.job.ArrowQuantJob arrowquant-spark.jar COMMAND ...}. Ends with
 * exit code 0 when the job is done, 1 when it failed and 2 when the request was bad.
 */
public final class ArrowQuantJob {
    /** Set by the launcher, which can tell; Java cannot when its input or output is redirected. */
    private static final String TERMINAL_PROPERTY = "arrowquant.terminal";

    private ArrowQuantJob() {}

    public static void main(String[] arguments) {
        // Names of tensors and files are UTF-8 whatever the locale says.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        int exitCode = run(arguments, new Streams(out, err, isTerminal()));
        Sessions.stop();
        // A successful driver ends by itself, as cluster managers expect; a failed one has to say so.
        if (exitCode != ExitCode.DONE) {
            System.exit(exitCode);
        }
    }

    /** Runs one command in this process, in the Spark session there is, or in one of its own. Returns the exit code. */
    public static int run(String[] arguments, PrintStream out, PrintStream err) {
        return run(arguments, new Streams(out, err, false));
    }

    private static int run(String[] arguments, Streams streams) {
        Failures failures = new Failures(streams, List.of(arguments).contains(OutputOptions.JSON));
        int exitCode = commandLine(streams)
                .setParameterExceptionHandler((wrong, given) -> failures.ofArguments(wrong))
                .setExecutionExceptionHandler((failure, command, parsed) -> failures.ofJob(failure))
                .execute(arguments);
        streams.out().flush();
        streams.err().flush();
        return exitCode;
    }

    private static boolean isTerminal() {
        String told = System.getProperty(TERMINAL_PROPERTY);
        return told == null ? System.console() != null : Boolean.parseBoolean(told);
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
        commands.add(new RecipeCommand(streams));
        commands.add(new CompareCommand(streams));
        commands.add(new DequantizeCommand(streams));
        commands.add(new VerifyCommand(streams));
        commands.add(new DemoCommand(streams));
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
