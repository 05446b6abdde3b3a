package io.arrowquant.spark.convert;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.tensor.ElementRange;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * Measures what each of several schemes would cost a tensor, from one read of it: a range of elements is encoded with one
 * scheme after the other while it is in memory. Only schemes with a first pass of their own, or whose units are longer than a
 * range, read a tensor again.
 */
final class Measurement implements Closeable {
    /** Elements of a range, which fits the read buffer. */
    private static final long RANGE_ELEMENTS = 128 << 10;

    private final MeasureWork work;
    private final TaskRecorder recorder;
    private final TensorElements elements;

    Measurement(MeasureWork work, Configuration configuration, TaskRecorder recorder) {
        this.work = work;
        this.recorder = recorder;
        this.elements = new TensorElements(work.work().sources(), configuration, recorder::bytesRead);
    }

    /** For each tensor, with each scheme: bytes, squared error, cosine; null where the scheme does not fit. */
    List<double[][]> run() throws IOException {
        List<double[][]> results = new ArrayList<>();
        List<ConvertTensor> tensors = work.work().tensors();
        for (int i = 0; i < tensors.size(); i++) {
            recorder.rangeRead(true, tensors.get(i).tensor().elements());
            results.add(measure(tensors.get(i), work.candidates().get(i)));
        }
        return results;
    }

    private double[][] measure(ConvertTensor tensor, List<MeasureWork.Candidate> candidates) throws IOException {
        ElementSource source = elements.of(tensor);
        List<Trial> trials = new ArrayList<>();
        for (MeasureWork.Candidate candidate : candidates) {
            trials.add(Trial.of(candidate, tensor, source, work.work()));
        }
        long count = tensor.tensor().elements();
        for (long at = 0; at < count; at += RANGE_ELEMENTS) {
            OpenFiles.stopIfCancelled();
            for (Trial trial : trials) {
                if (trial != null) {
                    trial.encodeUpTo(Math.min(count, at + RANGE_ELEMENTS), source);
                }
            }
        }
        double[][] results = new double[trials.size()][];
        for (int i = 0; i < results.length; i++) {
            results[i] = trials.get(i) == null ? null : trials.get(i).result();
        }
        return results;
    }

    @Override
    public void close() throws IOException {
        elements.close();
    }

    /** One scheme on one tensor. */
    private static final class Trial {
        private final RangeEncoder encoder;
        private final PartBuffers parts;
        private final long elements;
        private final long unit;
        private final ErrorStatistics errors = new ErrorStatistics();
        private long done;
        private long bytes;

        private Trial(RangeEncoder encoder, int parts, long elements) {
            this.encoder = encoder;
            this.parts = new PartBuffers(parts);
            this.elements = elements;
            this.unit = encoder.tileUnit();
        }

        static Trial of(MeasureWork.Candidate candidate, ConvertTensor tensor, ElementSource source, ConvertFile work)
                throws IOException {
            Scheme scheme = candidate.scheme();
            try {
                scheme.check(tensor.tensor().shape());
            } catch (InvalidRequestException doesNotFit) {
                return null;
            }
            RangeEncoder encoder = new RangeEncoder(
                    scheme,
                    new EncodeRequest(
                            tensor.layer(),
                            tensor.tensor().dtype(),
                            tensor.tensor().shape(),
                            work.nonFinite()));
            if (candidate.surveyed() != null) {
                encoder.useSurveyed(candidate.surveyed());
            } else if (encoder.needsSurvey()) {
                encoder.survey(source);
            }
            int parts = scheme.parts(tensor.tensor().shape(), tensor.tensor().dtype())
                    .size();
            return new Trial(encoder, parts, tensor.tensor().elements());
        }

        /** Encodes whole units that begin before the end of a range. */
        void encodeUpTo(long end, ElementSource source) throws IOException {
            if (done >= end) {
                return;
            }
            long until = Math.min(elements, (end + unit - 1) / unit * unit);
            encoder.encode(source, new ElementRange(done, until - done), parts, errors);
            done = until;
            for (int part = 0; part < parts.parts(); part++) {
                bytes += parts.length(part);
                parts.removeFirst(part, parts.length(part));
            }
        }

        double[] result() {
            ErrorSummary summary = errors.summary();
            return new double[] {bytes, summary.mse() * summary.count(), summary.cosine()};
        }
    }
}
