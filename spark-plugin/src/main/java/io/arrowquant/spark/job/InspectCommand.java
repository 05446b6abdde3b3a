package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointShard;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.read.CheckpointLoader;
import io.arrowquant.storage.ByteSize;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows what is in a checkpoint; reads headers only and starts no Spark application. */
@Command(name = "inspect", description = "Shows the tensors and files of a checkpoint; reads headers only.")
final class InspectCommand implements Callable<Integer> {
    private final Streams streams;

    @Parameters(paramLabel = "PATH", description = "A file, a model directory or a glob, on any Hadoop file system.")
    private String path;

    @Mixin
    private OutputOptions output;

    InspectCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        Checkpoint checkpoint = CheckpointLoader.load(path, Sessions.hadoopConfiguration());
        if (output.json()) {
            streams.json(json(checkpoint));
        } else {
            print(checkpoint);
        }
        return ExitCode.DONE;
    }

    private void print(Checkpoint checkpoint) {
        TextTable tensors = new TextTable("tensor", "dtype", "shape", ">bytes", "file");
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            tensors.row(
                    tensor.name(),
                    tensor.info().dtype(),
                    tensor.info().shape(),
                    Figures.count(tensor.info().byteLength()),
                    tensor.file());
        }
        tensors.print(streams);
        streams.line("");
        TextTable files = new TextTable("file", ">tensors", ">bytes");
        for (CheckpointShard shard : checkpoint.shards()) {
            files.row(
                    shard.file(),
                    shard.tensorCount(),
                    Figures.count(shard.source().entry().size()));
        }
        for (CheckpointFile file : checkpoint.otherFiles()) {
            files.row(file.file(), "", Figures.count(file.entry().size()));
        }
        files.print(streams);
        streams.line("");
        streams.line(String.format(
                Locale.ROOT,
                "%d tensors, %s parameters, %s in %d files",
                checkpoint.tensors().size(),
                Figures.count(parameters(checkpoint)),
                ByteSize.show(checkpoint.tensorBytes()),
                checkpoint.shards().size()));
        for (String ignored : checkpoint.ignoredWeights()) {
            streams.line("not read: " + io.arrowquant.error.Printable.text(ignored));
        }
    }

    private static long parameters(Checkpoint checkpoint) {
        long parameters = 0;
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            parameters += tensor.info().elements();
        }
        return parameters;
    }

    private ObjectNode json(Checkpoint checkpoint) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("path", path);
        ArrayNode tensors = document.putArray("tensors");
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            ObjectNode node = tensors.addObject();
            node.put("layer_name", tensor.name());
            node.put("dtype", tensor.info().dtype().name());
            ArrayNode shape = node.putArray("shape");
            for (long dimension : tensor.info().shape().toArray()) {
                shape.add(dimension);
            }
            node.put("parameters", tensor.info().elements());
            node.put("bytes", tensor.info().byteLength());
            node.put("file", tensor.file());
        }
        ArrayNode files = document.putArray("files");
        for (CheckpointShard shard : checkpoint.shards()) {
            files.addObject()
                    .put("file", shard.file())
                    .put("bytes", shard.source().entry().size())
                    .put("tensors", shard.tensorCount());
        }
        ArrayNode others = document.putArray("other_files");
        for (CheckpointFile file : checkpoint.otherFiles()) {
            others.addObject()
                    .put("file", file.file())
                    .put("bytes", file.entry().size());
        }
        ArrayNode ignored = document.putArray("ignored_weights");
        checkpoint.ignoredWeights().forEach(ignored::add);
        document.putObject("totals")
                .put("tensors", checkpoint.tensors().size())
                .put("parameters", parameters(checkpoint))
                .put("bytes", checkpoint.tensorBytes())
                .put("files", checkpoint.shards().size());
        return document;
    }
}
