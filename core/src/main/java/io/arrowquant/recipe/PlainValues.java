package io.arrowquant.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/**
 * What a parser of YAML has made of a document, as JSON. Collections may stand in several places of it, even within
 * themselves, so depth and number are limited.
 */
final class PlainValues {
    private static final ObjectMapper SCALARS = new ObjectMapper();

    private final int deepest;
    private int left;

    PlainValues(int deepest, int most) {
        this.deepest = deepest;
        this.left = most;
    }

    JsonNode json(Object value) {
        return json(value, 0);
    }

    private JsonNode json(Object value, int depth) {
        if (depth > deepest || --left < 0) {
            throw new IllegalArgumentException("its anchors make it endless, or far too large");
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode node = JsonNodeFactory.instance.objectNode();
            map.forEach((key, item) -> node.set(scalar(key).asText(), json(item, depth + 1)));
            return node;
        }
        if (value instanceof Iterable<?> items && !(value instanceof Set<?>)) {
            ArrayNode node = JsonNodeFactory.instance.arrayNode();
            items.forEach(item -> node.add(json(item, depth + 1)));
            return node;
        }
        return scalar(value);
    }

    private static JsonNode scalar(Object value) {
        if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
            return SCALARS.valueToTree(value);
        }
        throw new IllegalArgumentException("it has a " + value.getClass().getSimpleName()
                + " where only texts, numbers and flags may be; a text that looks like one needs quotes");
    }
}
