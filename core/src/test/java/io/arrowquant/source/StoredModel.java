package io.arrowquant.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.json.PythonJson;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors of a quantized model, in memory. */
final class StoredModel {
    private final Map<CheckpointTensor, byte[]> contents = new LinkedHashMap<>();

    StoredModel add(String file, String name, DataType dtype, Shape shape, byte[] content) {
        contents.put(
                new CheckpointTensor(file, new TensorInfo(name, dtype, shape, contents.size() * 1000L, content.length)),
                content);
        return this;
    }

    /** All parts of a tensor, codes and scales in files of their own. */
    StoredModel add(String name, EncodedTensor encoded) {
        for (int part = 0; part < encoded.parts().length; part++) {
            add(
                    part == 0 ? "codes.safetensors" : "scales.safetensors",
                    encoded.specs().get(part).nameFor(name),
                    encoded.specs().get(part).dtype(),
                    encoded.specs().get(part).shape(),
                    encoded.parts()[part]);
        }
        return this;
    }

    List<CheckpointTensor> tensors() {
        return new ArrayList<>(contents.keySet());
    }

    QuantizedSource open(String config, DataType dtype) {
        try {
            return QuantizedSource.of(tensors(), json(config), dtype, contents::get);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static JsonNode json(String text) {
        try {
            return PythonJson.read(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** A tensor as conversions read it, in tiles of so many elements. */
    StoredTensor decoded(QuantizedSource source, String name, int tileElements) {
        CheckpointTensor found = source.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow();
        QuantizedTensor tensor = source.quantized().get(found);
        ElementSource elements = tensor.elements((part, offset, target, at, length) ->
                System.arraycopy(contents.get(tensor.parts().get(part)), Math.toIntExact(offset), target, at, length));
        int width = found.info().dtype().bytes();
        int count = (int) found.info().elements();
        byte[] bytes = new byte[count * width];
        Tile tile = new Tile();
        try {
            for (int at = 0; at < count; at += tileElements) {
                int length = Math.min(tileElements, count - at);
                elements.read(at, length, tile);
                System.arraycopy(tile.bytes(), tile.byteOffset(), bytes, at * width, length * width);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new StoredTensor(found.info().dtype(), found.info().shape(), bytes);
    }
}
