package io.arrowquant.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.arrow.ControlBlock;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file that is written tensor by tensor, each at its place, by any number of threads. Its metadata tells
 * how every quantized tensor was made, under the key {@value #METADATA}.
 */
final class OutputFile implements AutoCloseable {
    static final String METADATA = "arrowquant";

    private final FileChannel channel;
    private final List<FileTensor> tensors = new ArrayList<>();
    private final List<List<TensorSpec>> outputs = new ArrayList<>();
    private final Map<String, TensorInfo> places = new HashMap<>();
    private final ObjectNode made = JsonNodeFactory.instance.objectNode();

    OutputFile(Path path) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    void add(FileTensor tensor, List<TensorSpec> specs) {
        tensors.add(tensor);
        outputs.add(specs);
        if (!tensor.isKept()) {
            ObjectNode node = made.putObject(tensor.source.name());
            node.put("scheme", tensor.scheme().spelling());
            node.put("dtype", tensor.source.info().dtype().name());
            for (long dimension : tensor.source.info().shape().toArray()) {
                node.withArray("shape").add(dimension);
            }
            for (TensorSpec spec : specs) {
                node.withArray("tensors").add(spec.name());
            }
            tensor.suffixes().forEach(node.withArray("suffixes")::add);
        }
    }

    /** The names of all tensors in the file. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        outputs.forEach(specs -> specs.forEach(spec -> names.add(spec.name())));
        return names;
    }

    /** Writes the header; from now on tensors can be written. */
    void begin() throws IOException {
        List<TensorSpec> ordered = new ArrayList<>();
        outputs.forEach(ordered::addAll);
        ordered.sort(SafetensorsLayout.REFERENCE_ORDER);
        SafetensorsLayout layout = SafetensorsLayout.of(Map.of("format", "pt", METADATA, made.toString()), ordered);
        layout.tensors().forEach(tensor -> places.put(tensor.name(), tensor));
        writeAt(0, layout.header(), layout.header().length);
    }

    /** Encodes the tensor with a number, or copies it when it is kept. */
    void write(int index, RangeReader reader, ControlBlock control) throws IOException {
        FileTensor tensor = tensors.get(index);
        List<TensorSpec> specs = outputs.get(index);
        if (tensor.isKept()) {
            copy(tensor.source.info(), places.get(specs.get(0).name()).offset(), reader, control);
            return;
        }
        long[] written = new long[specs.size()];
        ErrorStatistics statistics = new ErrorStatistics();
        tensor.encode(reader, control, statistics, (part, bytes, length) -> {
            TensorInfo place = places.get(specs.get(part).name());
            if (length > place.byteLength() - written[part]) {
                throw new IllegalStateException(place.name() + " is longer than announced");
            }
            writeAt(place.offset() + written[part], bytes, length);
            written[part] += length;
        });
        for (int part = 0; part < written.length; part++) {
            if (written[part] != specs.get(part).byteLength()) {
                throw new IllegalStateException(specs.get(part).name() + " is shorter than announced");
            }
        }
        tensor.errors = statistics.summary();
    }

    private void copy(TensorInfo tensor, long target, RangeReader reader, ControlBlock control) throws IOException {
        byte[] buffer = new byte[(int) Math.min(1 << 20, tensor.byteLength())];
        for (long at = 0; at < tensor.byteLength(); at += buffer.length) {
            control.checkCancelled();
            int length = (int) Math.min(buffer.length, tensor.byteLength() - at);
            reader.readFully(tensor.offset() + at, buffer, 0, length);
            writeAt(target + at, buffer, length);
        }
    }

    private void writeAt(long position, byte[] bytes, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
        while (buffer.hasRemaining()) {
            channel.write(buffer, position + buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
