package io.arrowquant.safetensors;

import io.arrowquant.tensor.TensorInfo;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A checked header. The tensors cover the file from {@link #dataStart} to its end without holes or overlaps, every
 * size follows from shape and type, and no name occurs twice.
 */
public final class SafetensorsHeader {
    private final Map<String, String> metadata;
    private final List<TensorInfo> tensors;
    private final Map<String, TensorInfo> byName;
    private final long dataStart;
    private final long fileSize;

    SafetensorsHeader(Map<String, String> metadata, List<TensorInfo> tensors, long dataStart, long fileSize) {
        this.metadata = metadata == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        this.tensors = List.copyOf(tensors);
        this.byName = new HashMap<>(tensors.size() * 2);
        for (TensorInfo tensor : tensors) {
            byName.put(tensor.name(), tensor);
        }
        this.dataStart = dataStart;
        this.fileSize = fileSize;
    }

    /** The entries of {@code __metadata__} in the file's order; null when the file has none, which is not the same
     * as an empty one. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** All tensors in the order of their data; empty ones at the same place before the one with data, then by name.
     * Offsets count from the start of the file. */
    public List<TensorInfo> tensors() {
        return tensors;
    }

    /** The tensor with this name, or null. */
    public TensorInfo find(String name) {
        return byName.get(name);
    }

    /** The first byte after the header. */
    public long dataStart() {
        return dataStart;
    }

    public long fileSize() {
        return fileSize;
    }
}
