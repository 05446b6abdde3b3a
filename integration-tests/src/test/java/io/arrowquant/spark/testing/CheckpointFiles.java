package io.arrowquant.spark.testing;

import io.arrowquant.safetensors.SafetensorsWriter;
import io.arrowquant.safetensors.TensorSource;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Safetensors files made up for tests. */
public final class CheckpointFiles {
    private CheckpointFiles() {}

    /** A tensor with its stored bytes. */
    public record Stored(String name, DataType dtype, Shape shape, byte[] data) {}

    /** Stored bytes as they come: any pattern, NaN included. */
    public static Stored random(String name, DataType dtype, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        byte[] data = new byte[Math.toIntExact(dtype.byteLength(shape.elements()))];
        new Random(name.hashCode()).nextBytes(data);
        return new Stored(name, dtype, shape, data);
    }

    /** Weights as training leaves them: small, with a few outliers. */
    public static Stored gaussian(String name, DataType dtype, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        int elements = Math.toIntExact(shape.elements());
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(dtype.byteLength(elements)));
        data.order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(name.hashCode());
        for (int i = 0; i < elements; i++) {
            float value = (float) (random.nextGaussian() * (i % 997 == 0 ? 0.5 : 0.02));
            switch (dtype) {
                case F32 -> data.putFloat(value);
                case BF16 -> data.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                default -> throw new IllegalArgumentException("no Gaussian of type " + dtype);
            }
        }
        return new Stored(name, dtype, shape, data.array());
    }

    public static void write(Path file, Stored... tensors) throws IOException {
        Files.createDirectories(file.getParent());
        List<TensorSource> sources = new ArrayList<>();
        for (Stored tensor : tensors) {
            TensorSpec spec = new TensorSpec(tensor.name(), tensor.dtype(), tensor.shape());
            sources.add(new TensorSource(spec, out -> out.write(tensor.data())));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            SafetensorsWriter.write(out, Map.of("format", "pt"), sources);
        }
    }
}
