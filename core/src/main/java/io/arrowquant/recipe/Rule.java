package io.arrowquant.recipe;

import java.io.Serializable;

/**
 * What becomes of the tensors that match, unless an earlier rule matches them.
 *
 * @param scheme what they are quantized with; null when they are kept or dropped
 */
public record Rule(NamePattern match, Action action, String scheme) implements Serializable {
    /** What a rule does with a tensor. */
    public enum Action {
        SCHEME,
        KEEP,
        DROP
    }

    public static Rule scheme(NamePattern match, String scheme) {
        return new Rule(match, Action.SCHEME, scheme);
    }

    public static Rule keep(NamePattern match) {
        return new Rule(match, Action.KEEP, null);
    }

    public static Rule drop(NamePattern match) {
        return new Rule(match, Action.DROP, null);
    }
}
