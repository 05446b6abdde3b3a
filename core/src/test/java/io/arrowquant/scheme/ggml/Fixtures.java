package io.arrowquant.scheme.ggml;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What ggml's C quantizers wrote. A slice of four rows is a resource of the project: subnormals, zeros of both signs,
 * constants, outliers, powers of two, ties of several types, normal and heavy-tailed values. The rest is compared where
 * the directory exists.
 */
final class Fixtures {
    static final int COLUMNS = 1024;

    private static final String PROPERTY = "arrowquant.fixtures";

    private Fixtures() {}

    /** The name that ggml has for a type. */
    static String nameOf(GgmlType type) {
        return type == GgmlType.NVFP4_GGML ? "NVFP4" : type.name();
    }

    static byte[] resource(String name) {
        try (InputStream stream = Fixtures.class.getResourceAsStream("/ggml/" + name)) {
            return stream == null ? null : stream.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static float[] slice() {
        return floats(resource("input.f32"));
    }

    static float[] importance() {
        return floats(resource("imatrix.f32"));
    }

    /** The whole collection, or null when this machine has none. */
    static Path directory() {
        Path directory = Path.of(System.getProperty(PROPERTY, "../../shared/fixtures"));
        return Files.isRegularFile(directory.resolve("manifest.json")) ? directory : null;
    }

    static float[] floats(byte[] bytes) {
        float[] values = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    /** Bits, so that zeros of both signs differ. */
    static byte[] bytes(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putInt(Float.floatToRawIntBits(value));
        }
        return bytes.array();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
