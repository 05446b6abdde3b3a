package io.arrowquant.scheme;

import io.arrowquant.safetensors.SafetensorsHeader;
import io.arrowquant.safetensors.SafetensorsHeaderParser;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What other quantizers made of known inputs: files kept outside the project, where they are present. The property
 * {@code arrowquant.fixtures} or the environment's {@code ARROWQUANT_FIXTURES} names their directory.
 */
public final class ReferenceFiles {
    private static final long COLUMNS = 1024;

    private ReferenceFiles() {}

    /** The directory, or null when there is none on this machine. */
    public static Path directory() {
        String named = System.getProperty("arrowquant.fixtures", System.getenv("ARROWQUANT_FIXTURES"));
        Path directory = Path.of(named == null ? "../../shared/fixtures" : named);
        return Files.isDirectory(directory) ? directory : null;
    }

    /** Elements as they are stored, and their type; {@code name} is for example {@code mix64k.bf16}. */
    public static StoredTensor input(String name) {
        return input(directory().resolve("inputs").resolve(name));
    }

    public static StoredTensor input(Path file) {
        try {
            String name = file.getFileName().toString();
            byte[] bytes = Files.readAllBytes(file);
            DataType dtype =
                    DataType.of(name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT));
            return new StoredTensor(dtype, Shape.of(bytes.length / dtype.bytes() / COLUMNS, COLUMNS), bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** All tensors of a safetensors file, by name. */
    public static Map<String, StoredTensor> tensors(Path file) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        try (RangeReader reader = LocalStorage.INSTANCE.open(file.toString())) {
            SafetensorsHeader header = SafetensorsHeaderParser.read(file.toString(), reader);
            for (TensorInfo info : header.tensors()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) info.byteLength());
                reader.readFully(info.offset(), bytes);
                tensors.put(info.name(), new StoredTensor(info.dtype(), info.shape(), bytes.array()));
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return tensors;
    }
}
