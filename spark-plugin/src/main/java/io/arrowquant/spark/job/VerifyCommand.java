package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.spark.compat.Sessions;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Checks an output against its report. */
@Command(
        name = "verify",
        description = "Checks every file and tensor of an output against its arrowquant.json; fails when any differs.")
final class VerifyCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(paramLabel = "PATH", description = "The output directory of a job.")
    private String path;

    @Mixin
    private OutputOptions output;

    VerifyCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Sessions.hadoopConfiguration();
        VerifyJob.Result result = new VerifyJob(OutputFolder.open(path, configuration), configuration).run();
        boolean intact = result.problems().isEmpty();
        if (output.json()) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("status", intact ? "intact" : "damaged");
            document.put("path", path);
            document.put("tensors", result.tensors());
            document.put("files", result.files());
            ArrayNode problems = document.putArray("problems");
            result.problems().forEach(problems::add);
            streams.json(document);
        } else {
            result.problems().forEach(streams::line);
        }
        if (!intact) {
            streams.note("arrowquant: The output '" + path + "' differs from its " + Report.NAME + " in "
                    + result.problems().size() + " places; first: "
                    + result.problems().get(0));
            return ExitCode.FAILED;
        }
        if (!output.json()) {
            streams.line(
                    result.tensors() + " tensors and " + result.files() + " files are as " + Report.NAME + " says");
        }
        return ExitCode.DONE;
    }
}
