package io.arrowquant.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.arrow.ControlBlock;
import io.arrowquant.arrow.QuantizeOptions;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;

/** What a call asks for, read from JSON. */
final class LocalRequest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static volatile Parsed last;

    private final JsonNode fields;
    private final LayerRules rules;

    private record Parsed(String text, LocalRequest request) {}

    private LocalRequest(JsonNode fields) {
        this.fields = fields;
        this.rules = new LayerRules(fields);
    }

    /** Requests hardly change from call to call. */
    static LocalRequest parse(String text) {
        Parsed known = last;
        if (known == null || !known.text().equals(text)) {
            known = new Parsed(text, new LocalRequest(tree(text)));
            last = known;
        }
        return known.request();
    }

    static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException malformed) {
            throw new InvalidRequestException("The request is no JSON: " + malformed.getMessage(), "", malformed);
        }
    }

    boolean flag(String name) {
        return fields.path(name).asBoolean(false);
    }

    String text(String name) {
        return fields.path(name).asText(null);
    }

    LayerRules rules() {
        return rules;
    }

    int threads() {
        return Math.max(1, fields.path("num_threads").asInt(1));
    }

    NonFinite nonFinite() {
        return NonFinite.of(fields.path("on_non_finite").asText("error"));
    }

    long targetBytes() {
        return fields.path("target_bytes").asLong(0);
    }

    private double targetBitsPerWeight() {
        return fields.path("target_bpw").asDouble(0);
    }

    /** True when the size of the whole result decides on each layer. */
    boolean hasTarget() {
        return targetBytes() > 0 || targetBitsPerWeight() > 0;
    }

    QuantizeOptions options(long control) {
        return new QuantizeOptions(
                rules,
                nonFinite(),
                targetBytes(),
                targetBitsPerWeight(),
                flag("quality"),
                flag("continue_on_error"),
                threads(),
                control == 0 ? ControlBlock.NONE : new ControlBlock(control));
    }
}
