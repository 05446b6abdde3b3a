package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.util.CollectionAccumulator;

/**
 * Quantizes one row after the other. Rows, Arrow batches and the error aggregate all come through here: what they share
 * is the meaning of the arguments and the bytes. For one task and one thread.
 */
final class RangeQuantizer {
    private final ArgumentValues arguments;
    private final SchemeResolver schemes;
    private final TaskReports reports;
    private final KeptValues keptValues = new KeptValues();
    private PartBuffers buffers;
    private long replaced;
    private long heldBytes;

    RangeQuantizer(List<String> argumentNames, CollectionAccumulator<String> sink) {
        arguments = new ArgumentValues(argumentNames);
        schemes = new SchemeResolver(argumentNames, arguments);
        reports = new TaskReports(sink);
    }

    /** Where the values of a row's arguments are put before the row is quantized. */
    ArgumentValues arguments() {
        return arguments;
    }

    /** Quantizes a row; bad data of a quarantined row becomes a result that holds the error. */
    QuantizedRange quantize(Supplier<Weights> weights) {
        if (!OnError.isQuarantine(arguments.text(Arguments.ON_ERROR))) {
            return quantizeOrThrow(weights.get());
        }
        try {
            return quantizeOrThrow(weights.get());
        } catch (QuantizationException | InvalidRequestException badRow) {
            return QuantizedRange.ofError(badRow.getMessage());
        }
    }

    private QuantizedRange quantizeOrThrow(Weights weights) {
        String layer = arguments.text(Arguments.LAYER);
        if (layer == null || !arguments.flag(Arguments.QUALITY)) {
            return encode(weights, null);
        }
        // A row that fails half-way must leave no trace in the statistics of its layer.
        ErrorStatistics ofRow = new ErrorStatistics();
        QuantizedRange result = encode(weights, ofRow);
        reports.recorder().layer(layer).merge(ofRow);
        return result;
    }

    /** Encodes a row, and measures the errors when {@code quality} is not null. */
    QuantizedRange encode(Weights weights, ErrorStatistics quality) {
        long begin = System.nanoTime();
        String layer = arguments.text(Arguments.LAYER);
        if (weights.firstNull() != Weights.NO_NULL) {
            Long start = arguments.number(Arguments.ELEMENT_START);
            throw new QuantizationException(
                    layer, weights.firstNull() + (start == null ? 0 : start), "contains null", "");
        }
        TensorPlace place = TensorPlace.of(
                layer, arguments.array(Arguments.SHAPE), arguments.number(Arguments.ELEMENT_START), weights.count());
        Scheme scheme = scheme(layer);
        if (scheme == null) {
            return keep(weights, layer, place);
        }
        List<PartSpec> specs = encode(weights, layer, place, scheme, quality);
        report(place, weights, System.nanoTime() - begin);
        return new QuantizedRange(
                specs,
                buffers,
                null,
                null,
                place.shape(),
                place.range(),
                scheme.bitWidth(),
                scheme.label(),
                groupSize(layer, scheme, place),
                source(scheme, requestType(weights)));
    }

    private static DataType source(Scheme scheme, DataType type) {
        return scheme.dependsOnSource() && type != DataType.F32 ? type : null;
    }

    /**
     * Adds the errors that quantization of a row makes to statistics.
     *
     * @return the scheme, when it needs the whole tensor in one row; otherwise null
     */
    String measure(Weights weights, ErrorStatistics statistics) {
        QuantizedRange result = encode(weights, statistics);
        if (result.isKept()) {
            measureKept(weights, result.range().start(), statistics);
            return null;
        }
        Scheme scheme = schemes.resolve();
        return WholeTensors.areNeededBy(scheme, result.shape()) ? scheme.spelling() : null;
    }

    /** Values that are kept differ nowhere. */
    private static void measureKept(Weights weights, long start, ErrorStatistics statistics) {
        Tile tile = new Tile();
        for (int at = 0; at < weights.count(); at += Tile.ELEMENTS) {
            int count = Math.min(Tile.ELEMENTS, weights.count() - at);
            weights.read(at, count, tile);
            float[] values = tile.floats();
            statistics.add(values, tile.floatOffset(), values, tile.floatOffset(), count, start + at);
        }
    }

    /** The scheme of the current row, or null for one that is kept as it is. */
    private Scheme scheme(String layer) {
        try {
            return schemes.resolve();
        } catch (InvalidRequestException unknown) {
            throw LayerErrors.named(layer, unknown);
        }
    }

    private List<PartSpec> encode(
            Weights weights, String layer, TensorPlace place, Scheme scheme, ErrorStatistics quality) {
        if (!weights.type().isReadableAsFloat()) {
            throw LayerErrors.of(
                    layer, weights.type() + " elements cannot be read as numbers", "Use scheme keep for this layer");
        }
        NonFinite nonFinite = nonFinite();
        RangeEncoder encoder;
        List<PartSpec> specs;
        try {
            encoder =
                    new RangeEncoder(scheme, new EncodeRequest(layer, requestType(weights), place.shape(), nonFinite));
            specs = scheme.parts(place.shape(), requestType(weights));
        } catch (InvalidRequestException unfit) {
            throw LayerErrors.named(layer, unfit);
        }
        encoder.checkRange(place.range());
        if (buffers == null || buffers.parts() != specs.size()) {
            buffers = new PartBuffers(specs.size());
        }
        buffers.clear();
        long origin = place.range().start();
        ElementSource source = (start, count, tile) -> weights.read((int) (start - origin), count, tile);
        try {
            if (encoder.needsSurvey()) {
                encoder.survey(source);
            }
            encoder.encode(source, place.range(), buffers, quality);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        replaced = encoder.replaced();
        return specs;
    }

    private NonFinite nonFinite() {
        String name = arguments.text(Arguments.ON_NON_FINITE);
        return name == null ? NonFinite.ERROR : NonFinite.of(name);
    }

    /**
     * The type that decides the arithmetic of some schemes: the one the query names, or that of the column. Not the one
     * found behind a column of floats, since a row that took another way through the plan would not have it.
     */
    private DataType requestType(Weights weights) {
        DataType named = StoredTypes.named(arguments.text(Arguments.DTYPE));
        return named == null ? weights.declaredType() : named;
    }

    private QuantizedRange keep(Weights weights, String layer, TensorPlace place) {
        DataType type = requestType(weights);
        byte[] kept = keptValues.bytes(weights, type, layer, place.range().start());
        return QuantizedRange.ofKept(kept, type, place);
    }

    private static int groupSize(String layer, Scheme scheme, TensorPlace place) {
        long size = scheme.groupSize(place.shape());
        if (size != (int) size) {
            throw LayerErrors.of(
                    layer,
                    "groups of " + size + " elements (scheme " + scheme.spelling() + ") do not fit the int group_size",
                    "Use groups of at most " + Integer.MAX_VALUE + " elements");
        }
        return (int) size;
    }

    private void report(TensorPlace place, Weights weights, long nanos) {
        TaskRecorder recorder = reports.recorder();
        recorder.rangeQuantized(place.range().start() == 0, place.range().count(), nanos, replaced);
        long held = weights.heldBytes();
        for (byte[] array : buffers.arrays()) {
            held += array.length;
        }
        if (held != heldBytes) {
            heldBytes = held;
            recorder.memory(this, held);
        }
    }

    /** For what else a task holds and reports. */
    TaskReports reports() {
        return reports;
    }
}
