package io.arrowquant.spark.convert;

import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.write.PlannedFile;
import io.arrowquant.spark.write.TaskStaging;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.tensor.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One file in the making: every tensor has its place, and what is known of it once it is written. */
final class OutputFile implements Closeable {
    private final ConvertFile work;
    private final TaskRecorder recorder;
    private final FilePlaces places;
    private final PlannedFile target;
    private final String attempt;
    private final Map<String, byte[]> texts = new HashMap<>();
    private final Map<String, Integer> checksums = new HashMap<>();
    private final List<ConvertedTensor> converted = new ArrayList<>();
    private ConvertedFile result;

    OutputFile(ConvertFile work, TaskStaging staging, int partition, long taskId, TaskRecorder recorder)
            throws IOException {
        this.work = work;
        this.recorder = recorder;
        this.attempt = TaskStaging.attempt(partition, taskId);
        this.places = new FilePlaces(work.tensors());
        this.target = staging.create(partition, taskId, ConvertFile.STAGED_NAME, places.bytes());
    }

    ConvertFile work() {
        return work;
    }

    /** Begins with a tensor. */
    TensorFlow begin(ConvertTensor tensor, ElementSource source, TaskConversion conversion) throws IOException {
        return tensor.scheme() == null
                ? new StoredFlow(this, tensor.tensor(), source)
                : new EncodedFlow(this, tensor, source, conversion, recorder);
    }

    /** Writes to the place of an output tensor. */
    PartWriter writer(String name) {
        return new PartWriter(target, recorder, places.position(name));
    }

    /** Takes a text that waits for its place. */
    void keepText(String name, byte[] text) {
        texts.put(name, text);
    }

    /** Notes what an output tensor has become. */
    ConvertedTensor.Output written(TensorSpec spec, PartWriter writer) {
        if (writer.isLate()) {
            places.settle(spec);
        }
        checksums.put(spec.name(), writer.checksum());
        return new ConvertedTensor.Output(spec.name(), spec.dtype(), spec.shape(), writer.checksum());
    }

    /** Notes that a tensor was written as it is. */
    void kept(TensorInfo info, PartWriter writer) {
        converted(List.of(written(new TensorSpec(info.name(), info.dtype(), info.shape()), writer)));
    }

    /** Notes what came of the next tensor. */
    void converted(List<ConvertedTensor.Output> outputs) {
        converted.add(new ConvertedTensor(List.copyOf(outputs)));
    }

    /** Writes what comes last, and completes the file. */
    void finish() throws IOException {
        SafetensorsLayout layout = places.layout();
        byte[] header = layout.header();
        PartWriter.write(target, recorder, 0, header, 0, header.length);
        int checksum = Crc32c.of(header);
        for (TensorInfo tensor : layout.tensors()) {
            byte[] text = texts.get(tensor.name());
            if (text != null) {
                PartWriter.write(target, recorder, tensor.offset(), text, 0, text.length);
            }
            checksum = Crc32c.combine(checksum, checksums.get(tensor.name()), tensor.byteLength());
        }
        long begin = System.nanoTime();
        target.finish(layout.fileSize());
        recorder.bytesWritten(0, System.nanoTime() - begin);
        result = new ConvertedFile(work.index(), attempt, layout.fileSize(), checksum, converted);
    }

    /** What was made; after {@link #finish}. */
    ConvertedFile result() {
        return result;
    }

    @Override
    public void close() throws IOException {
        target.close();
    }
}
