package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.layout.ModelConfig;
import io.arrowquant.recipe.LinearModules;
import io.arrowquant.source.QuantizedSource;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.source.RoundedWeights;
import io.arrowquant.source.TensorContent;
import io.arrowquant.source.TurnedWeights;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.read.SourceFiles;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;
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
    private final Map<CheckpointTensor, QuantizedTensor> shown = new HashMap<>();
    private final Map<String, Undecoded> undecoded = new LinkedHashMap<>();

    /** Why the weights of a component are not decoded. */
    record Undecoded(String method, String reason) {}

    private SourceWeights() {}

    /** Refuses a model that is quantized already, unless that is allowed or the form models are published in. */
    static SourceWeights of(
            Checkpoint checkpoint, ModelConfigs configs, boolean allowRequantize, Configuration configuration) {
        SourceWeights weights = new SourceWeights();
        byComponent(checkpoint.tensors()).forEach((component, own) -> {
            ModelConfig config = configs.of(component);
            String method = QuantizedSource.methodOf(config.quantization(), own);
            if (method.equals(QuantizedSource.NONE)) {
                weights.tensors.addAll(own);
                return;
            }
            QuantizedSource.requireDecodable(method);
            if (!allowRequantize && !QuantizedSource.isPublishedForm(method)) {
                throw new InvalidRequestException(
                        "The model in " + checkpoint.path() + " is quantized already, with " + method,
                        "Take the original weights, or pass --allow-requantize to decode these on the way, errors"
                                + " included");
            }
            DataType named = config.namedType();
            weights.add(decoded(checkpoint, config, own, named == null ? DataType.BF16 : named, configuration));
        });
        return weights;
    }

    /**
     * Decodes what can be decoded, and takes components for which there is no way as they are stored. Values are not rounded
     * to the type of the model, as jobs measure their errors.
     */
    static SourceWeights asFarAsDecoded(Checkpoint checkpoint, ModelConfigs configs, Configuration configuration) {
        SourceWeights weights = new SourceWeights();
        byComponent(checkpoint.tensors()).forEach((component, own) -> {
            ModelConfig config = configs.of(component);
            String method = QuantizedSource.methodOf(config.quantization(), own);
            if (method.equals(QuantizedSource.NONE)) {
                weights.tensors.addAll(own);
                return;
            }
            try {
                weights.add(decoded(checkpoint, config, own, DataType.F32, configuration));
            } catch (InvalidRequestException unknown) {
                weights.tensors.addAll(own);
                weights.undecoded.put(component, new Undecoded(method, unknown.problem()));
            }
        });
        return weights;
    }

    private static Map<String, List<CheckpointTensor>> byComponent(List<CheckpointTensor> tensors) {
        Map<String, List<CheckpointTensor>> components = new LinkedHashMap<>();
        for (CheckpointTensor tensor : tensors) {
            components
                    .computeIfAbsent(tensor.component(), unused -> new ArrayList<>())
                    .add(tensor);
        }
        return components;
    }

    private static QuantizedSource decoded(
            Checkpoint checkpoint,
            ModelConfig config,
            List<CheckpointTensor> tensors,
            DataType dtype,
            Configuration configuration) {
        Map<String, SourceFile> sources = SourceFiles.byName(checkpoint);
        try (OpenFiles files = new OpenFiles(configuration)) {
            TensorContent content = tensor -> {
                byte[] bytes = new byte[Math.toIntExact(tensor.info().byteLength())];
                files.read(sources.get(tensor.file()), tensor.info().offset(), ByteBuffer.wrap(bytes));
                return bytes;
            };
            return QuantizedSource.of(tensors, config.quantization(), dtype, content);
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read " + checkpoint.path() + ": " + failed.getMessage(), failed);
        }
    }

    private void add(QuantizedSource source) {
        tensors.addAll(source.tensors());
        stored.putAll(source.quantized());
    }

    /**
     * Shows matrices as Transformers hands them to bitsandbytes: some turned round, all in the type of the model. Those that
     * are then left alone are to be taken as they are.
     */
    void showAsLoaded(ModelConfigs configs) {
        Map<String, DataType> types = new HashMap<>();
        byComponent(tensors).forEach((component, own) -> {
            ModelConfig config = configs.of(component);
            types.put(component, config.isThere() ? config.computeType(own) : null);
        });
        tensors.replaceAll(tensor -> {
            TensorInfo info = tensor.info();
            if (info.shape().rank() != 2 || !info.dtype().isFloatingPoint() || stored.containsKey(tensor)) {
                return tensor;
            }
            DataType named = types.get(tensor.component());
            DataType type = named == null ? info.dtype() : named;
            boolean turns = LinearModules.isTurned(tensor.name(), configs.types());
            if (type.bytes() > Float.BYTES || (!turns && type == info.dtype())) {
                return tensor;
            }
            QuantizedTensor other = turns ? TurnedWeights.of(tensor, type) : RoundedWeights.of(tensor, type);
            shown.put(other.decoded(), other);
            return other.decoded();
        });
    }

    /** The tensor as it lies in its file, if it is shown otherwise. */
    CheckpointTensor asStored(CheckpointTensor tensor) {
        QuantizedTensor other = shown.get(tensor);
        return other == null ? tensor : other.parts().get(0);
    }

    /** All tensors; those that have to be decoded with the type and shape they then have. */
    List<CheckpointTensor> tensors() {
        return tensors;
    }

    /** How a tensor is stored that has to be decoded or is shown otherwise, or null. */
    QuantizedTensor stored(CheckpointTensor tensor) {
        QuantizedTensor coded = stored.get(tensor);
        return coded == null ? shown.get(tensor) : coded;
    }

    /** By component, why its weights are taken as they are stored although they are quantized. */
    Map<String, Undecoded> undecoded() {
        return undecoded;
    }

    boolean anyStored() {
        return !stored.isEmpty();
    }
}
