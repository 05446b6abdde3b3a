package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import java.io.Serializable;

/** Tensors that match get a scheme of their own; the first rule that matches a tensor counts. */
public record LayerRule(NamePattern pattern, String scheme) implements Serializable {
    /** Parses {@code pattern=scheme}; the pattern ends at the last equals sign outside of the scheme's parameters. */
    public static LayerRule parse(String text) {
        int parameters = text.endsWith(")") ? text.lastIndexOf('(') : -1;
        int equals = text.lastIndexOf('=', parameters > 0 ? parameters : text.length());
        if (equals <= 0 || equals == text.length() - 1) {
            throw new InvalidRequestException(
                    "Cannot read layer rule '" + text + "'", "Write pattern=scheme, e.g. re:.*lm_head=int8");
        }
        return new LayerRule(
                NamePattern.of(text.substring(0, equals).trim()),
                text.substring(equals + 1).trim());
    }
}
