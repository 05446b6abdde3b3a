package io.arrowquant.recipe;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The architectures a model is made of: values of model_type in its config.json.
 *
 * @param own that of the model, or null when it is not known
 * @param parts those of its parts, where it has some: towers, and what reads text beside them
 * @param head what follows the last layer
 */
public record ModelTypes(String own, Set<String> parts, Head head) {
    public static final ModelTypes UNKNOWN = new ModelTypes(null, Set.of());

    /** What follows the last layer of a model, as its class tells. */
    public enum Head {
        /** Transformers knows it for a head, and leaves it alone while it is given no list of what to leave alone. */
        USUAL,
        /** A Linear module like any other to Transformers: what classifies tokens or sounds, with a bias. */
        LINEAR,
        /** Nothing: an encoder, or a decoder that is used as one. */
        NONE
    }

    public ModelTypes {
        parts = Set.copyOf(parts);
    }

    public ModelTypes(String own, Set<String> parts) {
        this(own, parts, Head.USUAL);
    }

    /** A model of one part. */
    public static ModelTypes of(String own) {
        return new ModelTypes(own, Set.of());
    }

    boolean isKnown() {
        return own != null;
    }

    boolean hasParts() {
        return !parts.isEmpty();
    }

    /** Whether the model or a part of it is among some. */
    public boolean anyOf(Set<String> types) {
        return all().stream().anyMatch(types::contains);
    }

    Set<String> all() {
        Set<String> all = new LinkedHashSet<>(parts);
        if (own != null) {
            all.add(own);
        }
        return all;
    }
}
