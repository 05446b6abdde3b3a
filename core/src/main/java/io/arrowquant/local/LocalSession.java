package io.arrowquant.local;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.arrow.BatchQuantizer;
import io.arrowquant.arrow.CDataBridge;
import io.arrowquant.arrow.ControlBlock;
import io.arrowquant.arrow.Failure;
import io.arrowquant.arrow.ForeignInput;
import io.arrowquant.arrow.IpcBridge;
import io.arrowquant.arrow.Layer;
import io.arrowquant.arrow.LayerRows;
import io.arrowquant.arrow.QuantizedBatch;
import io.arrowquant.arrow.RecycledMemory;
import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.ResourceException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.tensor.DataType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * All that the Python package calls. Every method takes addresses of structs that the caller filled in, which belong to
 * this session from then on, and a request as JSON; it returns a report as JSON, in which errors are data, so that a
 * call is one crossing of the boundary whatever happens. For use by any number of threads.
 */
public final class LocalSession implements AutoCloseable {
    /** Weights of a stream that are quantized together, so that memory does not grow with the stream. */
    private static final long GROUP_BYTES = 64L << 20;

    private final RecycledMemory memory = new RecycledMemory();
    private final BufferAllocator allocator = memory.newAllocator();
    private final CDataBridge bridge = new CDataBridge(allocator);

    /** What is common to all calls: errors become reports. */
    private interface Call {
        String run();
    }

    private static String report(Call call) {
        try {
            return call.run();
        } catch (ArrowQuantException known) {
            return Report.ofFailure(Failure.of(-1, null, known));
        } catch (CancellationException stopped) {
            return Report.ofFailure(
                    new Failure(-1, null, Failure.Kind.CANCELLED, -1, "cancelled", "", "cancelled", null));
        } catch (OutOfMemoryException | OutOfMemoryError tooMuch) {
            ResourceException resource = new ResourceException(
                    "Memory ran out: " + tooMuch.getMessage(),
                    "Quantize smaller batches, or give the JVM more with ARROWQUANT_JVM_OPTIONS=-Xmx...");
            return Report.ofFailure(Failure.of(-1, null, resource));
        }
    }

    /** Quantizes the rows of one record batch. */
    public String quantizeArray(long schema, long array, String request, long control) {
        return report(() -> {
            long begin = System.nanoTime();
            try (ForeignInput input = ForeignInput.ofArray(allocator, schema, array)) {
                return quantize(input, LocalRequest.parse(request), control, begin);
            }
        });
    }

    /** Quantizes the rows of all batches of a stream. */
    public String quantizeStream(long stream, String request, long control) {
        return report(() -> {
            long begin = System.nanoTime();
            try (ForeignInput input = ForeignInput.ofStream(allocator, stream)) {
                return quantize(input, LocalRequest.parse(request), control, begin);
            }
        });
    }

    private String quantize(ForeignInput input, LocalRequest request, long control, long begin) {
        input.checkColumns();
        boolean inGroups = request.flag("in_groups") && !request.hasTarget();
        Results results = new Results(request, control, begin);
        try {
            boolean more = true;
            while (more) {
                LayerRows rows = new LayerRows(results.rows);
                do {
                    more = input.addNext(rows);
                } while (more && !(inGroups && rows.bytes() >= GROUP_BYTES));
                boolean empty = !more && rows.nextRow() == results.rows && results.rows > 0;
                if (!empty && !results.add(rows)) {
                    break;
                }
                input.releaseBatches();
            }
            return results.report();
        } catch (RuntimeException | Error failed) {
            results.takeBack();
            throw failed;
        }
    }

    /** Quantizes layers that lie at addresses, each with its name, type and shape. */
    public String quantizeLayers(String layers, String request, long control) {
        return report(() -> {
            Results results = new Results(LocalRequest.parse(request), control, System.nanoTime());
            results.add(rows(LocalRequest.tree(layers)));
            return results.report();
        });
    }

    private static LayerRows rows(JsonNode layers) {
        LayerRows rows = new LayerRows();
        for (JsonNode layer : layers) {
            rows.add(new LayerRows.LayerSource() {
                @Override
                public String name(long row) {
                    return layer.path("name").asText();
                }

                @Override
                public Layer layer(long row) {
                    return Layer.of(
                            row,
                            name(row),
                            DataType.of(layer.path("dtype").asText()),
                            layer.path("address").asLong(),
                            layer.path("count").asLong(),
                            longs(layer.path("shape")));
                }
            });
        }
        return rows;
    }

    private static long[] longs(JsonNode array) {
        if (!array.isArray()) {
            return null;
        }
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asLong();
        }
        return values;
    }

    /**
     * Quantizes Arrow IPC data that lies in memory. Returns the length of the report as four bytes, big-endian, then the
     * report, then the result as an IPC stream, when there is one.
     */
    public byte[] quantizeIpc(long address, long length, String request, long control) {
        byte[][] table = {new byte[0]};
        String report = report(() -> {
            long begin = System.nanoTime();
            LocalRequest parsed = LocalRequest.parse(request);
            LayerRows rows = IpcBridge.read(address, length);
            long imported = System.nanoTime();
            try (QuantizedBatch batch = BatchQuantizer.quantize(allocator, rows, parsed.options(control))) {
                Failure fatal = batch.failed()
                        ? batch.failures().get(0)
                        : unmatched(parsed, batch.outcomes(), batch.failures());
                if (fatal != null) {
                    return Report.ofFailure(fatal);
                }
                long encoded = System.nanoTime();
                try (VectorSchemaRoot vectors = batch.table(allocator)) {
                    table[0] = IpcBridge.write(vectors);
                }
                long end = System.nanoTime();
                return Report.of(json -> {
                    QuantizedBatch.Stages stages = batch.stages();
                    Report.writeOutcomes(json, batch.outcomes());
                    Report.writeFailures(json, batch.failures());
                    Report.writeStages(json, imported - begin, stages.planNanos(), stages.encodeNanos(), end - encoded);
                    json.writeNumberField("peak_bytes", allocator.getPeakMemoryAllocation());
                });
            }
        });
        byte[] head = report.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(
                ByteBuffer.allocate(Integer.BYTES).putInt(head.length).array(),
                Math.addExact(Integer.BYTES + head.length, table[0].length));
        System.arraycopy(head, 0, all, Integer.BYTES, head.length);
        System.arraycopy(table[0], 0, all, Integer.BYTES + head.length, table[0].length);
        return all;
    }

    /** With {@code strict}, patterns that match nothing are a failure; otherwise null. */
    private static Failure unmatched(
            LocalRequest request, List<QuantizedBatch.Outcome> outcomes, List<Failure> failures) {
        List<String> names = new ArrayList<>();
        outcomes.forEach(outcome -> names.add(outcome.layer()));
        failures.forEach(failure -> names.add(String.valueOf(failure.layer())));
        List<String> unmatched = request.flag("strict") ? request.rules().unmatched(names) : List.of();
        return unmatched.isEmpty()
                ? null
                : Failure.of(
                        -1,
                        null,
                        new InvalidRequestException(
                                "No layer matches '" + String.join("', '", unmatched) + "'",
                                "Correct the patterns, or leave strict out"));
    }

    /** Quantizes model files; see {@link FileQuantizer}. */
    public String quantizeFiles(String request, long control) {
        return report(() -> {
            LocalRequest parsed = LocalRequest.parse(request);
            return new FileQuantizer(parsed, control == 0 ? ControlBlock.NONE : new ControlBlock(control)).run();
        });
    }

    /** Decodes results back to weights. */
    public String dequantize(long stream, int threads) {
        return report(() -> {
            try (ForeignInput input = ForeignInput.ofStream(allocator, stream);
                    VectorSchemaRoot table = CDataBridge.decode(allocator, input, threads)) {
                long address = bridge.export(table);
                return Report.of(json -> json.writeNumberField("address", address));
            }
        });
    }

    /** Tells how far the layers of results are from the original ones. */
    public String compare(long originals, long results, int threads) {
        return report(() -> {
            try (ForeignInput input = ForeignInput.ofStream(allocator, originals);
                    ForeignInput output = ForeignInput.ofStream(allocator, results)) {
                LayerRows rows = new LayerRows();
                input.checkColumns();
                // All of them are needed, since results may come in another order.
                boolean more = input.addNext(rows);
                while (more) {
                    more = input.addNext(rows);
                }
                if (!rows.failures().isEmpty()) {
                    return Report.ofFailure(rows.failures().get(0));
                }
                Map<String, ErrorSummary> errors = CDataBridge.compare(rows, output, threads);
                return Report.of(json -> {
                    json.writeObjectFieldStart("compared");
                    for (Map.Entry<String, ErrorSummary> layer : errors.entrySet()) {
                        json.writeObjectFieldStart(layer.getKey());
                        Report.writeErrors(json, layer.getValue());
                        json.writeEndObject();
                    }
                    json.writeEndObject();
                });
            }
        });
    }

    /** Tells where the weights of a stream lie, as this session would read them: proof that nothing was copied. */
    public String addresses(long stream) {
        return report(() -> {
            try (ForeignInput input = ForeignInput.ofStream(allocator, stream)) {
                input.checkColumns();
                LayerRows rows = new LayerRows();
                boolean more = input.addNext(rows);
                while (more) {
                    more = input.addNext(rows);
                }
                return Report.of(json -> {
                    json.writeArrayFieldStart("addresses");
                    for (Layer layer : rows.layers()) {
                        json.writeNumber(layer.address());
                    }
                    json.writeEndArray();
                });
            }
        });
    }

    /** What runs here. */
    public String describe() {
        return Report.of(json -> {
            json.writeStringField("java", System.getProperty("java.version"));
            json.writeStringField("kernels", Kernels.get().name());
            json.writeNumberField("max_heap", Runtime.getRuntime().maxMemory());
        });
    }

    /** Bytes of results that nobody has released yet, and of calls under way. */
    public long allocatedBytes() {
        bridge.sweep();
        return allocator.getAllocatedMemory();
    }

    @Override
    public void close() {
        bridge.close();
        memory.close();
        allocator.close();
    }

    /** The batches of one call. */
    private final class Results {
        private final LocalRequest request;
        private final long control;
        private long mark;
        private long rows;
        private final List<Long> addresses = new ArrayList<>();
        private final List<Boolean> large = new ArrayList<>();
        private final List<Boolean> withParts = new ArrayList<>();
        private final List<QuantizedBatch.Outcome> outcomes = new ArrayList<>();
        private final List<Failure> failures = new ArrayList<>();
        private long importNanos;
        private long planNanos;
        private long encodeNanos;
        private long exportNanos;
        private Failure fatal;

        Results(LocalRequest request, long control, long begin) {
            this.request = request;
            this.control = control;
            this.mark = begin;
        }

        /** Quantizes rows and hands them over; false when the call has failed. */
        boolean add(LayerRows input) {
            long imported = System.nanoTime();
            importNanos += imported - mark;
            rows = input.nextRow();
            try (QuantizedBatch batch = BatchQuantizer.quantize(allocator, input, request.options(control))) {
                if (batch.failed()) {
                    fatal = batch.failures().get(0);
                    return false;
                }
                long before = System.nanoTime();
                addresses.add(bridge.export(batch));
                large.add(batch.isLarge());
                withParts.add(batch.hasParts());
                outcomes.addAll(batch.outcomes());
                failures.addAll(batch.failures());
                mark = System.nanoTime();
                planNanos += batch.stages().planNanos();
                encodeNanos += batch.stages().encodeNanos();
                exportNanos += mark - before;
            }
            return true;
        }

        void takeBack() {
            addresses.forEach(bridge::takeBack);
        }

        String report() {
            if (fatal == null) {
                fatal = unmatched(request, outcomes, failures);
            }
            if (fatal != null) {
                takeBack();
                return Report.ofFailure(fatal);
            }
            return Report.of(json -> {
                json.writeArrayFieldStart("batches");
                for (int i = 0; i < addresses.size(); i++) {
                    json.writeStartObject();
                    json.writeNumberField("address", addresses.get(i));
                    json.writeBooleanField("large", large.get(i));
                    json.writeBooleanField("parts", withParts.get(i));
                    json.writeEndObject();
                }
                json.writeEndArray();
                Report.writeOutcomes(json, outcomes);
                Report.writeFailures(json, failures);
                Report.writeStages(json, importNanos, planNanos, encodeNanos, exportNanos);
                json.writeNumberField("peak_bytes", allocator.getPeakMemoryAllocation());
            });
        }
    }
}
