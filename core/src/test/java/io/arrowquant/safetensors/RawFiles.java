package io.arrowquant.safetensors;

import io.arrowquant.storage.LocalStorage;
import io.arrowquant.storage.RangeReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Safetensors files put together by hand, so that they can be wrong. */
final class RawFiles {
    private RawFiles() {}

    static byte[] file(String json, int dataBytes) {
        return file(json.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    static byte[] file(byte[] json, int dataBytes) {
        return file(json.length, json, dataBytes);
    }

    /** A file whose length field says what it likes. */
    static byte[] file(long headerLength, byte[] json, int dataBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .array());
        out.writeBytes(json);
        out.writeBytes(new byte[dataBytes]);
        return out.toByteArray();
    }

    static SafetensorsHeader read(Path directory, byte[] content) throws IOException {
        return read(directory, content, SafetensorsLimits.DEFAULTS);
    }

    static SafetensorsHeader read(Path directory, byte[] content, SafetensorsLimits limits) throws IOException {
        Path path = directory.resolve("case.safetensors");
        Files.write(path, content);
        return read(path, limits);
    }

    static SafetensorsHeader read(Path path, SafetensorsLimits limits) throws IOException {
        try (RangeReader reader = LocalStorage.INSTANCE.open(path.toString())) {
            return SafetensorsHeaderParser.read(path.getFileName().toString(), reader, limits);
        }
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = RawFiles.class.getResourceAsStream("/safetensors/" + name)) {
            return in.readAllBytes();
        }
    }
}
