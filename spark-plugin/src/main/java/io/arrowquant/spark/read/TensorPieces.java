package io.arrowquant.spark.read;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.vector.TaskMemory;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.TensorInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts what comes of one tensor at a time into pieces. The main part of a quantized tensor leaves as it is encoded; the
 * others wait in side buffers until it is through.
 */
final class TensorPieces implements Closeable {
    /** Elements encoded at a time: at four bits, one piece. A multiple of every usual tile unit. */
    private static final long CHUNK_ELEMENTS = 2L << 20;

    private static final int MAIN = 0;

    private final OpenFiles files;
    private final ReadOptions options;
    private final TaskRecorder recorder;
    private final ReadCounters counters;
    private final TaskMemory memory;
    private final boolean wantsData;
    private final FileElements.ChunkBuffer chunk = new FileElements.ChunkBuffer();
    private final List<SideBuffer> sides = new ArrayList<>();

    private QuantizedTensor tensor;
    private SourceFile file;
    private FileElements source;
    private RangeEncoder encoder;
    private PartBuffers parts;
    private ErrorStatistics quality;
    private long encoded;
    private long readNanos;

    private int outputIndex;
    private long outputPosition;
    private int mainTaken;
    private boolean emptyPieceDue;
    private int pieceBytes;
    private long pieceOffset;
    private QuantizedTensor.Output output;

    TensorPieces(
            OpenFiles files,
            ReadOptions options,
            TaskRecorder recorder,
            ReadCounters counters,
            TaskMemory memory,
            boolean wantsData) {
        this.files = files;
        this.options = options;
        this.recorder = recorder;
        this.counters = counters;
        this.memory = memory;
        this.wantsData = wantsData;
    }

    /** Takes up the next tensor. All pieces of the last one must be taken. */
    void begin(QuantizedTensor next, SourceFile nextFile) throws IOException {
        tensor = next;
        file = nextFile;
        outputIndex = 0;
        outputPosition = 0;
        emptyPieceDue = true;
        encoded = 0;
        TensorInfo info = next.tensor();
        recorder.rangeRead(true, info.elements());
        counters.range(true, info.elements());
        mainTaken = 0;
        if (next.scheme() == null || !(wantsData || next.hasBounds())) {
            encoder = null;
            return;
        }
        source = new FileElements(files, nextFile, info, chunk, this::observeRead);
        encoder = new RangeEncoder(
                next.scheme(), new EncodeRequest(info.name(), info.dtype(), info.shape(), options.nonFinite()));
        int partCount = next.scheme().parts(info.shape(), info.dtype()).size();
        parts = new PartBuffers(partCount);
        while (sides.size() < partCount - 1) {
            sides.add(new SideBuffer());
        }
        for (SideBuffer side : sides) {
            side.clear();
        }
        quality = options.quality() ? recorder.layer(info.name()) : null;
        if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
    }

    private void observeRead(long bytes, long nanos) {
        readNanos += nanos;
        recorder.bytesRead(bytes, nanos);
        counters.bytes(bytes, nanos);
    }

    /** Moves to the next piece; false when there is none of the current tensor. */
    boolean next() throws IOException {
        while (tensor != null && outputIndex < tensor.outputs().size()) {
            output = tensor.outputs().get(outputIndex);
            if (output.isBound()) {
                encodeRest();
                output = output.written(sides.get(output.part() - 1).length());
            }
            long length = output.bytes();
            if (outputPosition < length || emptyPieceDue) {
                emptyPieceDue = false;
                pieceOffset = outputPosition;
                pieceBytes = (int) Math.min(QuantizedReader.PIECE_BYTES, length - outputPosition);
                outputPosition += pieceBytes;
                return true;
            }
            outputIndex++;
            outputPosition = 0;
            emptyPieceDue = true;
        }
        return false;
    }

    QuantizedTensor.Output output() {
        return output;
    }

    String fileName() {
        return file.name();
    }

    int pieceBytes() {
        return pieceBytes;
    }

    long pieceOffset() {
        return pieceOffset;
    }

    /** Fills a buffer with the current piece. */
    void copyPiece(ByteBuffer target) throws IOException {
        if (output.part() == QuantizedTensor.AS_STORED) {
            long begin = System.nanoTime();
            files.read(file, tensor.tensor().offset() + pieceOffset, target);
            long nanos = System.nanoTime() - begin;
            recorder.bytesRead(pieceBytes, nanos);
            counters.bytes(pieceBytes, nanos);
        } else if (output.part() == MAIN) {
            copyMain(target);
        } else {
            encodeRest();
            sides.get(output.part() - 1).read(pieceOffset, target);
        }
    }

    private void copyMain(ByteBuffer target) throws IOException {
        if (parts.length(MAIN) - mainTaken < pieceBytes) {
            dropTaken();
        }
        while (parts.length(MAIN) < pieceBytes) {
            encodeChunk();
        }
        target.put(parts.array(MAIN), mainTaken, pieceBytes);
        mainTaken += pieceBytes;
    }

    /** Moves up what is left of the main part, once for many pieces: some schemes give it all at the end. */
    private void dropTaken() {
        parts.removeFirst(MAIN, mainTaken);
        mainTaken = 0;
    }

    /** Encodes what is left when the main part is not wanted any more. */
    private void encodeRest() throws IOException {
        dropTaken();
        while (encoded < tensor.tensor().elements()) {
            encodeChunk();
            parts.removeFirst(MAIN, parts.length(MAIN));
        }
    }

    private void encodeChunk() throws IOException {
        OpenFiles.stopIfCancelled();
        long elements = tensor.tensor().elements();
        long unit = encoder.tileUnit();
        long count = Math.min(elements - encoded, Math.max(unit, CHUNK_ELEMENTS / unit * unit));
        long begin = System.nanoTime();
        long readNanosBefore = readNanos;
        long replacedBefore = encoder.replaced();
        encoder.encode(source, new ElementRange(encoded, count), parts, quality);
        for (int part = 1; part < parts.parts(); part++) {
            sides.get(part - 1).append(parts.array(part), parts.length(part));
            parts.removeFirst(part, parts.length(part));
        }
        long nanos = System.nanoTime() - begin - (readNanos - readNanosBefore);
        recorder.rangeQuantized(encoded == 0, count, nanos, encoder.replaced() - replacedBefore);
        counters.quantized(nanos);
        encoded += count;
        memory.heap(heapBytes());
    }

    private long heapBytes() {
        long bytes = chunk.capacity();
        for (int part = 0; part < parts.parts(); part++) {
            bytes += parts.array(part).length;
        }
        for (SideBuffer side : sides) {
            bytes += side.heapBytes();
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        for (SideBuffer side : sides) {
            side.close();
        }
    }
}
