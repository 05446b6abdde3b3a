package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.layout.ModelConfig;
import io.arrowquant.source.QuantizedSource;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.source.TensorContent;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.read.SourceFiles;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** The weights of a checkpoint as a job takes them: those that are quantized already stand there decoded. */
final class SourceWeights {
    private final List<CheckpointTensor> tensors = new ArrayList<>();
    private final Map<CheckpointTensor, QuantizedTensor> stored = new HashMap<>();

    private SourceWeights() {}

    /** Refuses a model that is quantized already, unless that is allowed or the form models are published in. */
    static SourceWeights of(
            Checkpoint checkpoint, ModelConfigs configs, boolean allowRequantize, Configuration configuration) {
        Map<String, List<CheckpointTensor>> components = new LinkedHashMap<>();
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            components
                    .computeIfAbsent(tensor.component(), unused -> new ArrayList<>())
                    .add(tensor);
        }
        SourceWeights weights = new SourceWeights();
        components.forEach((component, own) -> {
            ModelConfig config = configs.of(component);
            JsonNode description = config.quantization();
            String method = QuantizedSource.methodOf(description, own);
            if (method.equals(QuantizedSource.NONE)) {
                weights.tensors.addAll(own);
                return;
            }
            if (!allowRequantize && !QuantizedSource.isPublishedForm(method)) {
                throw new InvalidRequestException(
                        "The model in " + checkpoint.path() + " is quantized already, with " + method,
                        "Take the original weights, or pass --allow-requantize to decode these on the way, errors"
                                + " included");
            }
            weights.add(decoded(checkpoint, config, own, configuration));
        });
        return weights;
    }

    private static QuantizedSource decoded(
            Checkpoint checkpoint, ModelConfig config, List<CheckpointTensor> tensors, Configuration configuration) {
        DataType named = config.namedType();
        Map<String, SourceFile> sources = SourceFiles.byName(checkpoint);
        try (OpenFiles files = new OpenFiles(configuration)) {
            TensorContent content = tensor -> {
                byte[] bytes = new byte[Math.toIntExact(tensor.info().byteLength())];
                files.read(sources.get(tensor.file()), tensor.info().offset(), ByteBuffer.wrap(bytes));
                return bytes;
            };
            return QuantizedSource.of(tensors, config.quantization(), named == null ? DataType.BF16 : named, content);
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read " + checkpoint.path() + ": " + failed.getMessage(), failed);
        }
    }

    private void add(QuantizedSource source) {
        tensors.addAll(source.tensors());
        stored.putAll(source.quantized());
    }

    /** All tensors; those that have to be decoded with the type and shape they then have. */
    List<CheckpointTensor> tensors() {
        return tensors;
    }

    /** How a tensor is stored that has to be decoded, or null. */
    QuantizedTensor stored(CheckpointTensor tensor) {
        return stored.get(tensor);
    }

    boolean anyStored() {
        return !stored.isEmpty();
    }
}
