package io.arrowquant.checkpoint;

import io.arrowquant.safetensors.SafetensorsWriter;
import io.arrowquant.safetensors.TensorSource;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Small models on disk. */
final class ModelFiles {
    private ModelFiles() {}

    /** A valid file whose tensors are F32 vectors of four. */
    static Path shard(Path path, String... tensors) throws IOException {
        List<TensorSource> sources = new ArrayList<>();
        for (String name : tensors) {
            TensorSpec spec = new TensorSpec(name, DataType.F32, Shape.of(4));
            sources.add(new TensorSource(spec, out -> out.write(new byte[16])));
        }
        Files.createDirectories(path.getParent());
        try (OutputStream out = Files.newOutputStream(path)) {
            SafetensorsWriter.write(out, Map.of("format", "pt"), sources);
        }
        return path;
    }

    static Path text(Path path, String content) throws IOException {
        Files.createDirectories(path.getParent());
        return Files.writeString(path, content);
    }

    /** An index of tensors and files, by turns. */
    static Path index(Path path, String... tensorsAndFiles) throws IOException {
        StringBuilder json = new StringBuilder("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {");
        for (int i = 0; i < tensorsAndFiles.length; i += 2) {
            json.append(i == 0 ? "" : ", ")
                    .append('"')
                    .append(tensorsAndFiles[i])
                    .append("\": \"")
                    .append(tensorsAndFiles[i + 1])
                    .append('"');
        }
        return text(path, json.append("}}").toString());
    }
}
