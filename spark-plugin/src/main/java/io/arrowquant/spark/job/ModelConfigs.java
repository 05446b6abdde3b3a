package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.layout.ModelConfig;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** The configs of a checkpoint: one, or one for each component that has weights. */
final class ModelConfigs {
    private static final long LARGEST = 16L << 20;

    private final Map<String, ModelConfig> byComponent;

    private ModelConfigs(Map<String, ModelConfig> byComponent) {
        this.byComponent = byComponent;
    }

    static ModelConfigs read(Checkpoint checkpoint, Configuration configuration) {
        Set<String> components = new LinkedHashSet<>();
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            components.add(tensor.component());
        }
        Map<String, ModelConfig> found = new LinkedHashMap<>();
        for (CheckpointFile file : checkpoint.otherFiles()) {
            String component = CheckpointFile.componentOf(file.file());
            if (file.file().equals(component + ModelConfig.NAME) && components.contains(component)) {
                found.put(component, ModelConfig.read(file.entry().path(), content(checkpoint, file, configuration)));
            }
        }
        return new ModelConfigs(found);
    }

    private static byte[] content(Checkpoint checkpoint, CheckpointFile file, Configuration configuration) {
        String path = file.entry().path();
        try {
            Storage storage = Storages.locate(checkpoint.path(), configuration).storage();
            try (RangeReader reader = storage.open(path)) {
                if (reader.size() > LARGEST) {
                    throw MalformedFileException.ofFile(
                            path,
                            "it has " + reader.size() + " bytes, more than the limit of " + LARGEST,
                            "Check that it is the config of a model");
                }
                return reader.readAll();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read " + path + ": " + failed.getMessage(), failed);
        }
    }

    /** The architectures of a model that is one component. */
    ModelTypes types() {
        ModelConfig config = byComponent.get("");
        return config == null ? ModelTypes.UNKNOWN : config.types();
    }

    /** The config of a component, or one that says nothing. */
    ModelConfig of(String component) {
        return byComponent.getOrDefault(component, ModelConfig.empty());
    }

    /** The configs without what they say of how weights are quantized, by name. */
    Map<String, byte[]> plain() {
        Map<String, byte[]> configs = new LinkedHashMap<>();
        byComponent.forEach((component, config) -> {
            if (config.quantization().isObject()) {
                configs.put(component + ModelConfig.NAME, config.plain());
            }
        });
        return configs;
    }

    /** The configs as they are to be written, by name: those of components where something is quantized. */
    Map<String, byte[]> quantized(List<PlannedTensor> tensors, Recipe recipe) {
        Map<String, List<PlannedTensor>> members = new LinkedHashMap<>();
        for (PlannedTensor tensor : tensors) {
            members.computeIfAbsent(tensor.source().component(), unused -> new ArrayList<>())
                    .add(tensor);
        }
        Map<String, byte[]> configs = new LinkedHashMap<>();
        members.forEach((component, own) -> {
            ModelConfig config = of(component);
            if (own.stream().anyMatch(PlannedTensor::isQuantized)) {
                configs.put(component + ModelConfig.NAME, config.quantized(own, recipe));
            } else if (config.quantization().isObject()) {
                configs.put(component + ModelConfig.NAME, config.plain());
            }
        });
        return configs;
    }
}
