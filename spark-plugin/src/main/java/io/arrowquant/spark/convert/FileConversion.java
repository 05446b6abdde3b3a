package io.arrowquant.spark.convert;

import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.write.PlannedFile;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;

/** Makes one output file. One per task, on one thread. */
final class FileConversion implements Closeable {
    /** Elements encoded between two writes: the codes of so many, and what they are made of, stay in the caches. */
    private static final long CHUNK_ELEMENTS = 512 << 10;

    private static final int COPY_BYTES = 1 << 20;

    /** Parts smaller than this wait for more. */
    private static final int FLUSH_BYTES = 128 << 10;

    private final ConvertFile work;
    private final TensorElements elements;
    private final TaskRecorder recorder;
    private final FilePlaces places;
    private final Map<String, byte[]> texts = new HashMap<>();
    private final Map<String, Integer> checksums = new HashMap<>();
    private byte[] copyBuffer;
    private PlannedFile target;
    private long readNanos;

    FileConversion(ConvertFile work, Configuration configuration, TaskRecorder recorder) {
        this.work = work;
        this.elements = new TensorElements(work.sources(), configuration, this::observeRead);
        this.recorder = recorder;
        this.places = new FilePlaces(work.tensors());
    }

    /** Writes and completes the file; what it gives lacks the attempt. */
    ConvertedFile run(PlannedFile file, int partition, long taskId) throws IOException {
        target = file;
        List<ConvertedTensor> converted = new ArrayList<>();
        for (ConvertTensor tensor : work.tensors()) {
            recorder.rangeRead(true, tensor.tensor().elements());
            if (tensor.scheme() != null) {
                converted.add(encode(tensor));
            } else {
                converted.add(tensor.stored() == null ? copy(tensor) : decode(tensor));
            }
        }
        SafetensorsLayout layout = places.layout();
        byte[] header = layout.header();
        write(0, header, 0, header.length);
        int checksum = Crc32c.of(header);
        for (TensorInfo tensor : layout.tensors()) {
            byte[] text = texts.get(tensor.name());
            if (text != null) {
                write(tensor.offset(), text, 0, text.length);
            }
            checksum = Crc32c.combine(checksum, checksums.get(tensor.name()), tensor.byteLength());
        }
        long begin = System.nanoTime();
        file.finish(layout.fileSize());
        recorder.bytesWritten(0, System.nanoTime() - begin);
        return new ConvertedFile(work.index(), partition, taskId, layout.fileSize(), checksum, converted);
    }

    private ConvertedTensor copy(ConvertTensor tensor) throws IOException {
        TensorInfo info = tensor.tensor();
        SourceFile source = work.sources().get(tensor.file());
        if (copyBuffer == null) {
            copyBuffer = new byte[COPY_BYTES];
        }
        CRC32C crc = new CRC32C();
        long position = places.position(info.name());
        for (long at = 0; at < info.byteLength(); at += copyBuffer.length) {
            int length = (int) Math.min(copyBuffer.length, info.byteLength() - at);
            long begin = System.nanoTime();
            elements.files().read(source, info.offset() + at, ByteBuffer.wrap(copyBuffer, 0, length));
            recorder.bytesRead(length, System.nanoTime() - begin);
            crc.update(copyBuffer, 0, length);
            write(position + at, copyBuffer, 0, length);
        }
        return kept(info, crc);
    }

    private ConvertedTensor kept(TensorInfo info, CRC32C crc) {
        return new ConvertedTensor(
                List.of(output(new TensorSpec(info.name(), info.dtype(), info.shape()), (int) crc.getValue())));
    }

    /** Writes a tensor that was stored quantized as the values it stands for. */
    private ConvertedTensor decode(ConvertTensor tensor) throws IOException {
        TensorInfo info = tensor.tensor();
        ElementSource source = elements.of(tensor);
        Tile tile = new Tile();
        CRC32C crc = new CRC32C();
        long position = places.position(info.name());
        int width = info.dtype().bytes();
        for (long at = 0; at < info.elements(); at += Tile.ELEMENTS) {
            OpenFiles.stopIfCancelled();
            int count = (int) Math.min(Tile.ELEMENTS, info.elements() - at);
            source.read(at, count, tile);
            crc.update(tile.bytes(), tile.byteOffset(), count * width);
            write(position + at * width, tile.bytes(), tile.byteOffset(), count * width);
        }
        return kept(info, crc);
    }

    private ConvertedTensor.Output output(TensorSpec spec, int checksum) {
        checksums.put(spec.name(), checksum);
        return new ConvertedTensor.Output(spec.name(), spec.dtype(), spec.shape(), checksum);
    }

    private ConvertedTensor encode(ConvertTensor tensor) throws IOException {
        TensorInfo info = tensor.tensor();
        ElementSource source = elements.of(tensor);
        RangeEncoder encoder = new RangeEncoder(
                tensor.scheme(), new EncodeRequest(tensor.layer(), info.dtype(), info.shape(), work.nonFinite()));
        if (tensor.surveyed() != null) {
            encoder.useSurveyed(tensor.surveyed());
        } else if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
        List<PartSpec> specs = tensor.parts();
        PartBuffers parts = new PartBuffers(specs.size());
        List<PartFlow> flows = new ArrayList<>();
        for (PartSpec spec : specs) {
            flows.add(new PartFlow(spec, spec.nameFor(info.name())));
        }
        ErrorStatistics errors = work.quality() ? recorder.layer(tensor.layer()) : null;
        long unit = encoder.tileUnit();
        long step = Math.max(unit, CHUNK_ELEMENTS / unit * unit);
        for (long at = 0; at < info.elements(); at += step) {
            OpenFiles.stopIfCancelled();
            long count = Math.min(step, info.elements() - at);
            encodeChunk(encoder, source, new ElementRange(at, count), parts, errors);
            boolean last = at + count == info.elements();
            for (int part = 0; part < flows.size(); part++) {
                flows.get(part).take(parts, part, last);
            }
        }
        List<ConvertedTensor.Output> outputs = new ArrayList<>();
        for (PartFlow flow : flows) {
            outputs.add(flow.finish());
        }
        recorder.memory(this, 0);
        return new ConvertedTensor(outputs);
    }

    private void encodeChunk(
            RangeEncoder encoder, ElementSource source, ElementRange range, PartBuffers parts, ErrorStatistics errors)
            throws IOException {
        long begin = System.nanoTime();
        long readBefore = readNanos;
        long replacedBefore = encoder.replaced();
        encoder.encode(source, range, parts, errors);
        recorder.rangeQuantized(
                range.start() == 0,
                range.count(),
                System.nanoTime() - begin - (readNanos - readBefore),
                encoder.replaced() - replacedBefore);
        long held = elements.capacity();
        for (int part = 0; part < parts.parts(); part++) {
            held += parts.array(part).length;
        }
        recorder.memory(this, held);
    }

    private void observeRead(long bytes, long nanos) {
        readNanos += nanos;
        recorder.bytesRead(bytes, nanos);
    }

    private void write(long position, byte[] bytes, int offset, int length) throws IOException {
        long begin = System.nanoTime();
        target.write(position, bytes, offset, length);
        recorder.bytesWritten(length, System.nanoTime() - begin);
    }

    @Override
    public void close() throws IOException {
        recorder.memory(this, 0);
        elements.close();
    }

    /** One output of a tensor on its way to the file. */
    private final class PartFlow {
        private final PartSpec spec;
        private final String name;
        private final CRC32C crc = new CRC32C();
        private final long position;
        private long done;

        PartFlow(PartSpec spec, String name) {
            this.spec = spec;
            this.name = name;
            this.position = places.position(name);
        }

        void take(PartBuffers parts, int part, boolean last) throws IOException {
            int length = parts.length(part);
            if (length == 0 || (length < FLUSH_BYTES && !last)) {
                return;
            }
            byte[] bytes = parts.array(part);
            crc.update(bytes, 0, length);
            if (position < 0) {
                // Of a late text there is just one piece.
                texts.put(name, parts.toByteArray(part));
            } else {
                write(position + done, bytes, 0, length);
            }
            done += length;
            parts.removeFirst(part, length);
        }

        ConvertedTensor.Output finish() {
            if (!spec.allows(done)) {
                throw new IllegalStateException(
                        "tensor " + name + " came out with " + done + " bytes instead of " + spec.byteLength());
            }
            PartSpec written = spec.written(done);
            TensorSpec tensor = new TensorSpec(name, written.dtype(), written.shape());
            if (position < 0) {
                places.settle(tensor);
            }
            return output(tensor, (int) crc.getValue());
        }
    }
}
