package io.arrowquant.spark.job;

import io.arrowquant.recipe.Setting;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.storage.ByteSize;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Everything once, on a small checkpoint of our own making. */
@Command(name = "demo", description = "Makes a small Llama-shaped checkpoint and quantizes it, showing every step.")
final class DemoCommand implements Callable<Integer> {
    private static final String CHECKPOINT = "checkpoint";
    private static final String QUANTIZED = "quantized-int4";

    private final Streams streams;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "arrowquant-demo",
            description = "Where to work; default: ${DEFAULT-VALUE}.")
    private String directory;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "40MB",
            description = "About how large the checkpoint is to be; default: ${DEFAULT-VALUE}.")
    private String size;

    @Mixin
    private OutputOptions output;

    DemoCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Path base = Path.of(directory).toAbsolutePath().normalize();
        Path model = base.resolve(CHECKPOINT);
        makeCheckpoint(model);

        QuantizeSettings settings = new QuantizeSettings();
        settings.input = "file:" + model;
        settings.output = "file:" + base.resolve(QUANTIZED);
        settings.set(Setting.SCHEME, "int4");
        settings.overwrite = true;
        Configuration configuration = Sessions.hadoopConfiguration();
        QuantizeRequest request = settings.request(configuration);
        if (!output.json()) {
            streams.line("");
            streams.line("What quantize --dry-run shows:");
            DryRun.of(JobPlan.of(List.of(request), configuration)).get(0).print(streams);
            streams.line("");
        }
        int exitCode = QuantizeCommand.run(streams, List.of(request), configuration, false, output.json());
        if (!output.json()) {
            printNextSteps(base);
        }
        return exitCode;
    }

    private void makeCheckpoint(Path model) throws IOException {
        DemoCheckpoint checkpoint = new DemoCheckpoint(model, ByteSize.parse("size", size));
        if (checkpoint.exists()) {
            streams.note("Using the checkpoint in " + model);
        } else {
            streams.note("Making a checkpoint in " + model);
            checkpoint.create();
        }
    }

    private void printNextSteps(Path base) {
        String quantized = quoted(base.resolve(QUANTIZED));
        streams.line("");
        streams.line("Next:");
        streams.line("  arrowquant inspect " + quoted(base.resolve(CHECKPOINT)));
        streams.line("  arrowquant verify " + quantized);
        streams.line("  arrowquant compare " + quoted(base.resolve(CHECKPOINT)) + " " + quantized);
        streams.line(
                "  arrowquant dequantize --input " + quantized + " --output " + quoted(base.resolve("dequantized")));
        streams.line("  spark.read.parquet(\"" + base.resolve(QUANTIZED) + "\")");
    }

    private static String quoted(Path path) {
        String text = path.toString();
        return text.indexOf(' ') < 0 ? text : "'" + text + "'";
    }
}
