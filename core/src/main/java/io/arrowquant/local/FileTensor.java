package io.arrowquant.local;

import io.arrowquant.arrow.ControlBlock;
import io.arrowquant.arrow.Layer;
import io.arrowquant.arrow.LayerChoice;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A tensor of a file on its way: what becomes of it, and the reading, encoding and measuring. */
final class FileTensor {
    private static final int STEP = 1 << 16;

    final CheckpointTensor source;
    final long row;
    private final LayerChoice choice;
    private final NonFinite nonFinite;
    private int candidate;
    private boolean kept;
    private List<PartSpec> parts = List.of();

    ErrorSummary errors;
    private int attempts = 1;

    FileTensor(CheckpointTensor source, long row, LayerRules rules, NonFinite nonFinite) {
        this.source = source;
        this.row = row;
        this.nonFinite = nonFinite;
        TensorInfo info = source.info();
        boolean quantizable = info.dtype().isFloatingPoint() && info.elements() > 0;
        this.choice = quantizable
                ? rules.apply(new Layer(row, source.name(), info.dtype(), 0, info.shape(), true))
                : LayerChoice.KEEP;
        choose(0);
    }

    LayerChoice choice() {
        return choice;
    }

    boolean isKept() {
        return kept || choice.isKept();
    }

    Scheme scheme() {
        return isKept() ? null : choice.candidates().get(candidate);
    }

    /** What tells the parts of the tensor from each other. */
    List<String> suffixes() {
        List<String> suffixes = new ArrayList<>();
        parts.forEach(part -> suffixes.add(part.suffix()));
        return suffixes;
    }

    int attempts() {
        return attempts;
    }

    /** Takes a candidate; a shape that it cannot take leaves the tensor as it is. */
    void choose(int index) {
        candidate = index;
        if (choice.isKept()) {
            return;
        }
        try {
            Scheme scheme = choice.candidates().get(index);
            scheme.check(source.info().shape());
            parts = scheme.parts(source.info().shape(), source.info().dtype());
            kept = false;
        } catch (InvalidRequestException unfit) {
            kept = true;
        }
    }

    /** Leaves the tensor as it is. */
    void keep() {
        kept = true;
    }

    /** Finds the first candidate that is good enough, from the current one on; after the last the tensor is kept. */
    void raise(RangeReader reader, ControlBlock control) throws IOException {
        while (!isKept() && measure(reader, control).cosine() < choice.minCosine()) {
            attempts++;
            if (candidate + 1 < choice.candidates().size()) {
                choose(candidate + 1);
            } else {
                kept = true;
            }
        }
    }

    long outputBytes() {
        long bytes = isKept() ? source.info().byteLength() : 0;
        for (PartSpec part : isKept() ? List.<PartSpec>of() : parts) {
            bytes += part.byteLength();
        }
        return bytes;
    }

    ErrorSummary measure(RangeReader reader, ControlBlock control) throws IOException {
        ErrorStatistics statistics = new ErrorStatistics();
        encode(reader, control, statistics, (part, bytes, length) -> {});
        return statistics.summary();
    }

    /** Takes the bytes of a part, in order. */
    interface Sink {
        void write(int part, byte[] bytes, int length) throws IOException;
    }

    /** Encodes the tensor step by step: memory does not grow with it, unless its scheme needs all of it at once. */
    void encode(RangeReader reader, ControlBlock control, ErrorStatistics statistics, Sink sink) throws IOException {
        TensorInfo info = source.info();
        EncodeRequest request = new EncodeRequest(source.name(), info.dtype(), info.shape(), nonFinite);
        RangeEncoder encoder = new RangeEncoder(scheme(), request);
        ElementSource elements = elements(reader, info);
        if (encoder.needsSurvey()) {
            encoder.survey(elements);
        }
        long unit = encoder.tileUnit();
        long step = unit >= STEP ? unit : STEP / unit * unit;
        PartBuffers made = new PartBuffers(parts.size());
        for (long at = 0; at < info.elements(); at += step) {
            control.checkCancelled();
            encoder.encode(elements, new ElementRange(at, Math.min(step, info.elements() - at)), made, statistics);
            drain(made, 0, sink);
        }
        for (int part = 1; part < parts.size(); part++) {
            drain(made, part, sink);
        }
    }

    private static void drain(PartBuffers made, int part, Sink sink) throws IOException {
        int length = made.length(part);
        if (length > 0) {
            sink.write(part, made.array(part), length);
            made.removeFirst(part, length);
        }
    }

    private static ElementSource elements(RangeReader reader, TensorInfo info) {
        byte[][] buffer = {new byte[0]};
        return (start, count, tile) -> {
            int length = Math.toIntExact(info.dtype().byteLength(count));
            if (buffer[0].length < length) {
                buffer[0] = new byte[length];
            }
            reader.readFully(info.offset() + info.dtype().byteLength(start), buffer[0], 0, length);
            tile.setStored(info.dtype(), buffer[0], 0, count);
        };
    }

    /** The tensors that come out. Parts whose length follows from the values are measured first. */
    List<TensorSpec> outputs(RangeReader reader, ControlBlock control) throws IOException {
        if (isKept()) {
            return List.of(new TensorSpec(
                    source.name(), source.info().dtype(), source.info().shape()));
        }
        long[] lengths = new long[parts.size()];
        for (PartSpec part : parts) {
            if (part.extent() == PartSpec.Extent.AT_MOST) {
                Arrays.fill(lengths, 0);
                encode(reader, control, null, (index, bytes, length) -> lengths[index] += length);
                break;
            }
        }
        List<TensorSpec> specs = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            PartSpec part = parts.get(i);
            PartSpec written = part.extent() == PartSpec.Extent.AT_MOST ? part.written(lengths[i]) : part;
            specs.add(new TensorSpec(part.nameFor(source.name()), written.dtype(), written.shape()));
        }
        return specs;
    }
}
