package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A recipe applied to the headers of a checkpoint. */
public final class Plan {
    private final List<PlannedTensor> tensors;
    private final List<String> unmatched;

    private Plan(List<PlannedTensor> tensors, List<String> unmatched) {
        this.tensors = tensors;
        this.unmatched = unmatched;
    }

    public static Plan of(List<CheckpointTensor> sources, Recipe recipe) {
        Scheme scheme = SchemeCatalog.parse(recipe.scheme());
        List<Scheme> layerSchemes = new ArrayList<>();
        for (LayerRule rule : recipe.layers()) {
            layerSchemes.add(SchemeCatalog.parse(rule.scheme()));
        }
        Set<NamePattern> used = new LinkedHashSet<>();
        List<PlannedTensor> planned = new ArrayList<>(sources.size());
        for (CheckpointTensor source : sources) {
            planned.add(decide(source, recipe, scheme, layerSchemes, used));
        }
        List<String> unmatched = new ArrayList<>();
        for (NamePattern pattern : recipe.skip()) {
            if (!used.contains(pattern)) {
                unmatched.add(pattern.toString());
            }
        }
        for (LayerRule rule : recipe.layers()) {
            if (!used.contains(rule.pattern())) {
                unmatched.add(rule.pattern().toString());
            }
        }
        return new Plan(List.copyOf(planned), List.copyOf(unmatched));
    }

    private static PlannedTensor decide(
            CheckpointTensor source, Recipe recipe, Scheme scheme, List<Scheme> layerSchemes, Set<NamePattern> used) {
        String name = source.info().name();
        NamePattern skip = firstMatch(recipe.skip(), name);
        LayerRule rule = null;
        Scheme ofRule = null;
        for (int i = 0; i < layerSchemes.size() && rule == null; i++) {
            if (recipe.layers().get(i).pattern().matches(name)) {
                rule = recipe.layers().get(i);
                ofRule = layerSchemes.get(i);
            }
        }
        if (skip != null) {
            used.add(skip);
        }
        if (rule != null) {
            used.add(rule.pattern());
        }
        String impossible = cannotBeQuantized(source);
        if (impossible != null) {
            return new PlannedTensor(source, null, impossible);
        }
        if (skip != null) {
            return new PlannedTensor(source, null, "skip " + skip);
        }
        String builtIn = rule == null && recipe.defaults() ? BuiltInKeeps.reason(source.info()) : null;
        if (builtIn != null) {
            return new PlannedTensor(source, null, builtIn);
        }
        return quantized(source, ofRule == null ? scheme : ofRule);
    }

    /** A scheme that cannot take the tensor's shape leaves it as it is and says why. */
    private static PlannedTensor quantized(CheckpointTensor source, Scheme scheme) {
        try {
            scheme.check(source.info().shape());
        } catch (InvalidRequestException unfit) {
            return new PlannedTensor(source, null, unfit.getMessage());
        }
        return new PlannedTensor(source, scheme, null);
    }

    private static String cannotBeQuantized(CheckpointTensor source) {
        DataType dtype = source.info().dtype();
        if (!dtype.isFloatingPoint()) {
            return "type " + dtype;
        }
        return source.info().elements() == 0 ? "empty" : null;
    }

    private static NamePattern firstMatch(List<NamePattern> patterns, String name) {
        for (NamePattern pattern : patterns) {
            if (pattern.matches(name)) {
                return pattern;
            }
        }
        return null;
    }

    /** In the order of the checkpoint. */
    public List<PlannedTensor> tensors() {
        return tensors;
    }

    /** Patterns of the recipe that match no tensor. */
    public List<String> unmatchedPatterns() {
        return unmatched;
    }

    public long bytesBefore() {
        long bytes = 0;
        for (PlannedTensor tensor : tensors) {
            bytes += tensor.bytesBefore();
        }
        return bytes;
    }

    public long bytesAfter() {
        long bytes = 0;
        for (PlannedTensor tensor : tensors) {
            bytes += tensor.bytesAfter();
        }
        return bytes;
    }

    /** Bits each parameter of the whole checkpoint takes afterwards. */
    public double bitsPerWeight() {
        long elements = 0;
        for (PlannedTensor tensor : tensors) {
            elements += tensor.source().info().elements();
        }
        return elements == 0 ? 0 : bytesAfter() * 8.0 / elements;
    }
}
