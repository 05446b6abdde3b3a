package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.ByteSize;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Goes back from a quantized table to a checkpoint. */
@Command(name = "dequantize", description = "Turns the output of quantize back into safetensors files.")
final class DequantizeCommand implements Callable<Integer> {
    private final Streams streams;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "PATH",
            description =
                    "The output of arrowquant quantize, or a model whose weights are quantized (compressed-tensors, GPTQ,"
                            + " AWQ, FP8).")
    private String input;

    @Option(names = "--output", required = true, paramLabel = "PATH", description = "The directory to make.")
    private String output;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "What quantized tensors become, e.g. F32; default: the type each had. Kept ones stay.")
    private String dtype;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            description = "Cut files, between tensors, before they exceed this, e.g. 5GB.")
    private String maxShardSize;

    @Option(names = "--overwrite", description = "Replace all that the output holds, once the new files are complete.")
    private boolean overwrite;

    @Mixin
    private OutputOptions outputOptions;

    DequantizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Sessions.hadoopConfiguration();
        long maxShardBytes = maxShardSize == null ? Long.MAX_VALUE : ByteSize.parse("max-shard-size", maxShardSize);
        OutputFolder folder = OutputFolder.find(input, configuration);
        if (folder == null || !folder.isTable()) {
            return decodeModel(configuration, maxShardBytes);
        }
        DequantizeRequest request = new DequantizeRequest(
                input,
                output,
                dtype == null ? null : DataType.of(dtype.toUpperCase(Locale.ROOT)),
                overwrite,
                maxShardSize);
        DequantizeJob job = new DequantizeJob(folder, request, configuration, streams);
        Storages.Located target = job.check();
        show(job.run(target), target);
        return ExitCode.DONE;
    }

    /** A model directory whose weights are quantized, by whatever tool. */
    private int decodeModel(Configuration configuration, long maxShardBytes) throws IOException {
        if (dtype != null) {
            throw new InvalidRequestException(
                    "--dtype is for quantized tables; a model is decoded to the type its config names",
                    "Leave --dtype out");
        }
        QuantizeRequest request = QuantizeSettings.decoding(input, output, overwrite, maxShardBytes);
        JobPlan plan = JobPlan.of(request, configuration);
        plan.requireStored();
        Storages.Located target =
                QuantizeJob.check(List.of(plan), configuration).get(0);
        show(
                QuantizeJob.run(List.of(plan), configuration, streams, List.of(target))
                        .get(0)
                        .report(),
                target);
        return ExitCode.DONE;
    }

    private void show(Report report, Storages.Located target) {
        if (outputOptions.json()) {
            ObjectNode document = ReportFile.json(report);
            document.put("status", "done");
            document.put("output", target.path());
            streams.json(document);
        } else {
            streams.line(String.format(
                    Locale.ROOT,
                    "%d tensors, %s -> %s, in %s",
                    report.totals().tensors(),
                    ByteSize.show(report.totals().bytesBefore()),
                    ByteSize.show(report.totals().bytesAfter()),
                    Figures.seconds(report.seconds())));
            streams.line("Output: " + target.path());
        }
    }
}
