package io.arrowquant.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.arrowquant.arrow.Failure;
import io.arrowquant.arrow.QuantizedBatch;
import io.arrowquant.quality.ErrorSummary;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/** What a call did, as JSON. */
final class Report {
    private static final JsonFactory JSON = new JsonFactory();

    private final StringWriter text = new StringWriter();
    private final JsonGenerator json;

    /** Something that writes a part of the report. */
    interface Part {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private Report() throws IOException {
        json = JSON.createGenerator(text);
    }

    static String of(Part part) {
        try {
            Report report = new Report();
            report.json.writeStartObject();
            part.writeTo(report.json);
            report.json.writeEndObject();
            report.json.close();
            return report.text.toString();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static String ofFailure(Failure failure) {
        return of(json -> {
            json.writeFieldName("error");
            write(json, failure);
        });
    }

    static void write(JsonGenerator json, Failure failure) throws IOException {
        json.writeStartObject();
        json.writeStringField("kind", failure.kind().name().toLowerCase(Locale.ROOT));
        json.writeStringField("layer", failure.layer());
        json.writeNumberField("row", failure.row());
        json.writeNumberField("index", failure.index());
        json.writeStringField("reason", failure.reason());
        json.writeStringField("remedy", failure.remedy());
        json.writeStringField("message", failure.message());
        json.writeStringField("file", failure.file());
        json.writeEndObject();
    }

    static void writeFailures(JsonGenerator json, List<Failure> failures) throws IOException {
        json.writeArrayFieldStart("failures");
        for (Failure failure : failures) {
            write(json, failure);
        }
        json.writeEndArray();
    }

    /** Sums over the layers, and what is worth saying of single ones. */
    static void writeOutcomes(JsonGenerator json, List<QuantizedBatch.Outcome> outcomes) throws IOException {
        long parameters = 0;
        long bytesIn = 0;
        long bytesOut = 0;
        long replaced = 0;
        for (QuantizedBatch.Outcome outcome : outcomes) {
            parameters += outcome.parameters();
            bytesIn += outcome.bytesIn();
            bytesOut += outcome.bytesOut();
            replaced += outcome.replaced();
        }
        json.writeNumberField("layers", outcomes.size());
        json.writeNumberField("parameters", parameters);
        json.writeNumberField("bytes_in", bytesIn);
        json.writeNumberField("bytes_out", bytesOut);
        json.writeNumberField("replaced", replaced);
        json.writeArrayFieldStart("measured");
        for (QuantizedBatch.Outcome outcome : outcomes) {
            if (outcome.errors() != null) {
                json.writeStartObject();
                json.writeStringField("layer", outcome.layer());
                json.writeNumberField("attempts", outcome.attempts());
                writeErrors(json, outcome.errors());
                json.writeEndObject();
            }
        }
        json.writeEndArray();
    }

    static void writeErrors(JsonGenerator json, ErrorSummary errors) throws IOException {
        json.writeNumberField("cosine", errors.cosine());
        json.writeNumberField("mse", errors.mse());
        json.writeNumberField("max_abs_error", errors.maxAbsError());
        json.writeStringField("snr_db", Double.toString(errors.snrDb()));
    }

    static void writeStages(JsonGenerator json, long importNanos, long planNanos, long encodeNanos, long exportNanos)
            throws IOException {
        json.writeObjectFieldStart("stages");
        json.writeNumberField("import", importNanos);
        json.writeNumberField("plan", planNanos);
        json.writeNumberField("encode", encodeNanos);
        json.writeNumberField("export", exportNanos);
        json.writeEndObject();
    }
}
