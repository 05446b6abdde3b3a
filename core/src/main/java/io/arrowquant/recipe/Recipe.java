package io.arrowquant.recipe;

import io.arrowquant.scheme.SchemeCatalog;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tensor gets which scheme.
 *
 * @param scheme of every tensor that no rule decides on
 * @param layout how the output is laid out, or null for what is usual for the scheme
 * @param rules in order; the first that matches a tensor counts
 * @param defaults whether tensors that quantization usually harms are kept
 * @param strict whether patterns without a match, and fallbacks, are errors
 */
public record Recipe(String scheme, Layout layout, List<Rule> rules, boolean defaults, boolean strict)
        implements Serializable {
    public Recipe {
        SchemeCatalog.parse(scheme);
        rules = List.copyOf(rules);
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.SCHEME) {
                SchemeCatalog.parse(rule.scheme());
            }
        }
    }

    /** Tensors to skip, then layers with schemes of their own. */
    public Recipe(String scheme, List<LayerRule> layers, List<NamePattern> skip, boolean defaults) {
        this(scheme, null, rules(layers, skip), defaults, false);
    }

    public static Recipe ofScheme(String scheme) {
        return new Recipe(scheme, null, List.of(), true, false);
    }

    private static List<Rule> rules(List<LayerRule> layers, List<NamePattern> skip) {
        List<Rule> rules = new ArrayList<>();
        for (NamePattern pattern : skip) {
            rules.add(Rule.keep(pattern));
        }
        for (LayerRule layer : layers) {
            rules.add(Rule.scheme(layer.pattern(), layer.scheme()));
        }
        return rules;
    }

    /** The layout asked for, or the usual one of the scheme. */
    public Layout effectiveLayout() {
        return layout == null ? Layout.ofScheme(scheme) : layout;
    }

    /** The patterns of tensors to be kept, in order. */
    public List<NamePattern> skip() {
        List<NamePattern> skip = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.KEEP) {
                skip.add(rule.match());
            }
        }
        return skip;
    }

    /** The rules that give schemes, in order. */
    public List<LayerRule> layers() {
        List<LayerRule> layers = new ArrayList<>();
        for (Rule rule : rules) {
            if (rule.action() == Rule.Action.SCHEME) {
                layers.add(new LayerRule(rule.match(), rule.scheme()));
            }
        }
        return layers;
    }
}
