package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.Printable;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.spark.compat.Sessions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows how far two checkpoints are apart. */
@Command(
        name = "compare",
        description =
                "Measures the error of every tensor between two models or outputs of quantize, each quantized or not;"
                        + " A counts as the original. Quantized weights (tables, compressed-tensors, GPTQ, AWQ, FP8)"
                        + " are decoded on the way.")
final class CompareCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(index = "0", paramLabel = "A", description = "The original.")
    private String first;

    @Parameters(index = "1", paramLabel = "B", description = "What became of it.")
    private String second;

    @Mixin
    private OutputOptions output;

    CompareCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Sessions.hadoopConfiguration();
        CompareSide a = CompareSide.open(first, configuration);
        CompareSide b = CompareSide.open(second, configuration);
        CompareJob.Result result = new CompareJob(a, b, configuration).run("compare " + first + " and " + second);
        if (output.json()) {
            streams.json(json(result, a, b));
        } else {
            print(result, a, b);
        }
        return ExitCode.DONE;
    }

    private void print(CompareJob.Result result, CompareSide a, CompareSide b) {
        TextTable table = new TextTable("layer", "shape", "a", "b", ">cosine", ">mse", ">max abs error", ">snr dB");
        for (CompareJob.Layer layer : result.layers()) {
            ErrorSummary errors = layer.errors();
            table.row(
                    CompareJob.name(layer.key()),
                    layer.a().shape(),
                    layer.a().label(),
                    layer.b().label(),
                    Figures.cosine(errors.cosine()),
                    Figures.error(errors.mse()),
                    Figures.error(errors.maxAbsError()),
                    Figures.decibels(errors.snrDb()));
        }
        table.print(streams);
        streams.line("");
        streams.line(result.layers().size() + " layers compared, worst first");
        list("only in " + first, result.onlyInA());
        list("only in " + second, result.onlyInB());
        list("not comparable", result.different());
        list("not decoded in " + first, a.undecoded());
        list("not decoded in " + second, b.undecoded());
    }

    private void list(String what, List<String> names) {
        for (String name : names) {
            streams.line(what + ": " + Printable.text(name));
        }
    }

    private ObjectNode json(CompareJob.Result result, CompareSide a, CompareSide b) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("status", "done");
        document.put("a", first);
        document.put("b", second);
        ArrayNode layers = document.putArray("layers");
        for (CompareJob.Layer layer : result.layers()) {
            ErrorSummary errors = layer.errors();
            ObjectNode node = layers.addObject();
            node.put("layer_name", layer.key().layerName());
            node.put("component", layer.key().file());
            node.put("a", layer.a().label());
            node.put("b", layer.b().label());
            node.put("count", errors.count());
            node.put("cosine", errors.cosine());
            node.put("mse", errors.mse());
            node.put("max_abs_error", errors.maxAbsError());
            // JSON has no infinity; null stands for nothing differs.
            node.put("snr_db", Double.isInfinite(errors.snrDb()) ? null : (Double) errors.snrDb());
        }
        strings(document.putArray("only_in_a"), result.onlyInA());
        strings(document.putArray("only_in_b"), result.onlyInB());
        strings(document.putArray("not_comparable"), result.different());
        strings(document.putArray("not_decoded_in_a"), a.undecoded());
        strings(document.putArray("not_decoded_in_b"), b.undecoded());
        return document;
    }

    private static void strings(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }
}
