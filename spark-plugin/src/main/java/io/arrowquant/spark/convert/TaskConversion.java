package io.arrowquant.spark.convert;

import io.arrowquant.scheme.ElementSource;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.tensor.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Reads the tensors of a task once, and lets all its files take from what was read. One per task, on one thread. */
final class TaskConversion implements Closeable {
    /** Elements taken between two writes: the codes of so many, and what they are made of, stay in the caches. */
    private static final long CHUNK_ELEMENTS = 512 << 10;

    /** For several files, as many as the buffer of reading holds, so that the second finds them there. */
    private static final long SHARED_ELEMENTS = 128 << 10;

    private static final int COPY_BYTES = 1 << 20;

    private final List<OutputFile> outputs;
    private final TensorElements elements;
    private final TaskRecorder recorder;
    private byte[] copyBuffer;
    private long readNanos;

    TaskConversion(List<OutputFile> outputs, Configuration configuration, TaskRecorder recorder) {
        this.outputs = outputs;
        this.recorder = recorder;
        this.elements = new TensorElements(outputs.get(0).work().sources(), configuration, this::observeRead);
    }

    /** Writes and completes the files. */
    void run() throws IOException {
        List<ConvertTensor> tensors = outputs.get(0).work().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            recorder.rangeRead(true, tensors.get(i).tensor().elements());
            convert(i);
        }
        for (OutputFile output : outputs) {
            output.finish();
        }
    }

    private void convert(int index) throws IOException {
        ConvertTensor first = outputs.get(0).work().tensors().get(index);
        boolean copied = first.stored() == null;
        for (OutputFile output : outputs) {
            copied &= output.work().tensors().get(index).scheme() == null;
        }
        if (copied) {
            copy(first);
            return;
        }
        ElementSource source = elements.of(first);
        List<TensorFlow> flows = new ArrayList<>();
        for (OutputFile output : outputs) {
            flows.add(output.begin(output.work().tensors().get(index), source, this));
        }
        long count = first.tensor().elements();
        long step = outputs.size() == 1 ? CHUNK_ELEMENTS : SHARED_ELEMENTS;
        for (long at = 0; at < count; at += step) {
            OpenFiles.stopIfCancelled();
            for (TensorFlow flow : flows) {
                flow.takeUpTo(Math.min(count, at + step));
            }
        }
        for (TensorFlow flow : flows) {
            flow.finish();
        }
        recorder.memory(this, 0);
    }

    /** A tensor that no output changes: of any type, byte for byte. */
    private void copy(ConvertTensor tensor) throws IOException {
        TensorInfo info = tensor.tensor();
        SourceFile source = outputs.get(0).work().sources().get(tensor.file());
        if (copyBuffer == null) {
            copyBuffer = new byte[COPY_BYTES];
        }
        List<PartWriter> writers = new ArrayList<>();
        for (OutputFile output : outputs) {
            writers.add(output.writer(info.name()));
        }
        for (long at = 0; at < info.byteLength(); at += copyBuffer.length) {
            int length = (int) Math.min(copyBuffer.length, info.byteLength() - at);
            long begin = System.nanoTime();
            elements.files().read(source, info.offset() + at, ByteBuffer.wrap(copyBuffer, 0, length));
            observeRead(length, System.nanoTime() - begin);
            for (PartWriter writer : writers) {
                writer.write(copyBuffer, 0, length);
            }
        }
        for (int i = 0; i < outputs.size(); i++) {
            outputs.get(i).kept(info, writers.get(i));
        }
    }

    private void observeRead(long bytes, long nanos) {
        readNanos += nanos;
        recorder.bytesRead(bytes, nanos);
    }

    /** Time spent reading so far, which is not the time of what asks for elements. */
    long readNanos() {
        return readNanos;
    }

    /** Bytes held for reading. */
    long heldForReading() {
        return elements.capacity();
    }

    @Override
    public void close() throws IOException {
        recorder.memory(this, 0);
        elements.close();
    }
}
