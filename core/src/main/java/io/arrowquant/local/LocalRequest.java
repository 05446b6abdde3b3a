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

    private final JsonNode fields;
    private final LayerRules rules;

    private LocalRequest(JsonNode fields) {
        this.fields = fields;
        this.rules = new LayerRules(fields);
    }

    static LocalRequest parse(String text) {
        return new LocalRequest(tree(text));
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

    QuantizeOptions options(long control) {
        return new QuantizeOptions(
                rules,
                nonFinite(),
                targetBytes(),
                flag("quality"),
                flag("continue_on_error"),
                threads(),
                control == 0 ? ControlBlock.NONE : new ControlBlock(control));
    }
}
