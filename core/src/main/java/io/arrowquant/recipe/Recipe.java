package io.arrowquant.recipe;

import io.arrowquant.scheme.SchemeCatalog;
import java.io.Serializable;
import java.util.List;

/**
 * What a user asks for.
 *
 * @param scheme for every tensor no other rule decides on
 * @param layers schemes for single layers, in order
 * @param skip tensors that stay as they are
 * @param defaults whether the built-in keeps apply
 */
public record Recipe(String scheme, List<LayerRule> layers, List<NamePattern> skip, boolean defaults)
        implements Serializable {
    public Recipe {
        SchemeCatalog.parse(scheme);
        for (LayerRule rule : layers) {
            SchemeCatalog.parse(rule.scheme());
        }
        layers = List.copyOf(layers);
        skip = List.copyOf(skip);
    }

    public static Recipe ofScheme(String scheme) {
        return new Recipe(scheme, List.of(), List.of(), true);
    }
}
