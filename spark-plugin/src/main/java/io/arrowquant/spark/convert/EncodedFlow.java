package io.arrowquant.spark.convert;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A tensor that is quantized: its parts flow to their places as they come. */
final class EncodedFlow implements TensorFlow {
    /** Parts smaller than this wait for more. */
    private static final int FLUSH_BYTES = 128 << 10;

    private final OutputFile file;
    private final TensorInfo tensor;
    private final ElementSource source;
    private final TaskConversion conversion;
    private final TaskRecorder recorder;
    private final RangeEncoder encoder;
    private final List<PartSpec> specs;
    private final PartBuffers parts;
    private final List<PartWriter> writers = new ArrayList<>();
    private final List<ConvertedTensor.Output> outputs = new ArrayList<>();
    private final ErrorStatistics errors;
    private final long unit;
    private long done;

    EncodedFlow(
            OutputFile file,
            ConvertTensor tensor,
            ElementSource source,
            TaskConversion conversion,
            TaskRecorder recorder)
            throws IOException {
        this.file = file;
        this.tensor = tensor.tensor();
        this.source = source;
        this.conversion = conversion;
        this.recorder = recorder;
        this.encoder = new RangeEncoder(
                tensor.scheme(),
                new EncodeRequest(
                        tensor.layer(),
                        this.tensor.dtype(),
                        this.tensor.shape(),
                        file.work().nonFinite()));
        if (tensor.surveyed() != null) {
            encoder.useSurveyed(tensor.surveyed());
        } else if (encoder.needsSurvey()) {
            encoder.survey(source);
        }
        this.specs = tensor.parts();
        this.parts = new PartBuffers(specs.size());
        for (PartSpec spec : specs) {
            writers.add(file.writer(spec.nameFor(this.tensor.name())));
        }
        this.errors = file.work().quality() ? recorder.layer(file.work().measured(tensor.layer())) : null;
        this.unit = encoder.tileUnit();
    }

    @Override
    public void takeUpTo(long end) throws IOException {
        if (done >= end) {
            return;
        }
        long until = Math.min(tensor.elements(), (end + unit - 1) / unit * unit);
        encode(new ElementRange(done, until - done));
        done = until;
        boolean last = done == tensor.elements();
        for (int part = 0; part < writers.size(); part++) {
            flush(part, last);
        }
    }

    private void encode(ElementRange range) throws IOException {
        long begin = System.nanoTime();
        long readBefore = conversion.readNanos();
        long replacedBefore = encoder.replaced();
        encoder.encode(source, range, parts, errors);
        recorder.rangeQuantized(
                range.start() == 0,
                range.count(),
                System.nanoTime() - begin - (conversion.readNanos() - readBefore),
                encoder.replaced() - replacedBefore);
        long held = conversion.heldForReading();
        for (int part = 0; part < parts.parts(); part++) {
            held += parts.array(part).length;
        }
        recorder.memory(conversion, held);
    }

    private void flush(int part, boolean last) throws IOException {
        int length = parts.length(part);
        if (length == 0 || (length < FLUSH_BYTES && !last)) {
            return;
        }
        PartWriter writer = writers.get(part);
        if (writer.isLate()) {
            // Of a late text there is just one piece.
            file.keepText(specs.get(part).nameFor(tensor.name()), parts.toByteArray(part));
        }
        writer.write(parts.array(part), 0, length);
        parts.removeFirst(part, length);
    }

    @Override
    public void finish() {
        for (int part = 0; part < writers.size(); part++) {
            PartWriter writer = writers.get(part);
            PartSpec spec = specs.get(part);
            String name = spec.nameFor(tensor.name());
            if (!spec.allows(writer.done())) {
                throw new IllegalStateException("tensor " + name + " came out with " + writer.done()
                        + " bytes instead of " + spec.byteLength());
            }
            PartSpec written = spec.written(writer.done());
            outputs.add(file.written(new TensorSpec(name, written.dtype(), written.shape()), writer));
        }
        file.converted(outputs);
    }
}
