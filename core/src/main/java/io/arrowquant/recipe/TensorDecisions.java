package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;

/** Decides on every tensor alone, then sees that tensors which runtimes join are treated alike. */
final class TensorDecisions {
    private final Recipe recipe;
    private final Layout layout;
    private final ModelTypes types;
    private final BuiltInKeeps keeps;
    private final Scheme scheme;
    private final boolean disorderedExperts;
    private final List<Scheme> ruleSchemes = new ArrayList<>();
    private final boolean[] used;
    private final List<String> unfit = new ArrayList<>();
    private final List<PlannedTensor> decided = new ArrayList<>();

    private TensorDecisions(List<CheckpointTensor> sources, Recipe recipe, ModelTypes types) {
        this.keeps = new BuiltInKeeps(sources);
        this.disorderedExperts = DisorderedExperts.in(sources);
        this.recipe = recipe;
        this.layout = recipe.effectiveLayout();
        this.types = types;
        this.scheme = SchemeCatalog.parse(recipe.scheme());
        for (Rule rule : recipe.rules()) {
            ruleSchemes.add(rule.action() == Rule.Action.SCHEME ? SchemeCatalog.parse(rule.scheme()) : null);
        }
        this.used = new boolean[ruleSchemes.size()];
    }

    static TensorDecisions of(List<CheckpointTensor> sources, Recipe recipe, ModelTypes types) {
        TensorDecisions decisions = new TensorDecisions(sources, recipe, types);
        for (CheckpointTensor source : sources) {
            decisions.decided.add(decisions.decide(source));
        }
        if (decisions.layout.isForRuntimes()) {
            FusedSets.ofSchemes(sources).forEach(decisions::agree);
            if (recipe.strict() && !decisions.unfit.isEmpty()) {
                throw new InvalidRequestException(
                        "The recipe does not fit: " + String.join("; ", decisions.unfit),
                        "Without strict these tensors stay as they are");
            }
        }
        return decisions;
    }

    /** In the order of the sources; null for what is dropped. */
    List<PlannedTensor> decided() {
        return decided;
    }

    List<String> unmatched() {
        List<String> unmatched = new ArrayList<>();
        for (int i = 0; i < used.length; i++) {
            if (!used[i]) {
                unmatched.add(recipe.rules().get(i).match().toString());
            }
        }
        return List.copyOf(unmatched);
    }

    /** What the recipe would have quantized and cannot, with why. */
    List<String> unfit() {
        return List.copyOf(unfit);
    }

    private PlannedTensor decide(CheckpointTensor source) {
        int first = firstRule(source.name());
        Rule rule = first < 0 ? null : recipe.rules().get(first);
        if (rule != null && rule.action() == Rule.Action.DROP) {
            return null;
        }
        TensorInfo tensor = source.info();
        String impossible = cannotBeQuantized(tensor);
        if (impossible != null) {
            return new PlannedTensor(source, null, impossible);
        }
        if (rule != null && rule.action() == Rule.Action.KEEP) {
            return new PlannedTensor(source, null, "skip " + rule.match());
        }
        String kept = rule == null && recipe.defaults() ? keeps.reason(tensor, layout) : null;
        if (kept == null) {
            kept = StructuralKeeps.reason(tensor, layout, types);
        }
        return kept != null
                ? new PlannedTensor(source, null, kept)
                : quantized(source, rule == null ? scheme : ruleSchemes.get(first));
    }

    /** All rules are tried, because those that match nothing are reported. */
    private int firstRule(String name) {
        int first = -1;
        for (int i = 0; i < used.length; i++) {
            if (recipe.rules().get(i).match().matches(name)) {
                used[i] = true;
                first = first < 0 ? i : first;
            }
        }
        return first;
    }

    private static String cannotBeQuantized(TensorInfo tensor) {
        if (!tensor.dtype().isFloatingPoint()) {
            return "type " + tensor.dtype();
        }
        return tensor.elements() == 0 ? "empty" : null;
    }

    /** A scheme that cannot take the tensor's shape leaves it as it is and says why. */
    private PlannedTensor quantized(CheckpointTensor source, Scheme chosen) {
        String refused = StructuralKeeps.unfit(source.info(), layout, chosen, recipe.defaults(), disorderedExperts);
        if (refused != null) {
            unfit.add(source.name() + ": " + refused);
            return new PlannedTensor(source, null, refused);
        }
        return new PlannedTensor(source, chosen, null);
    }

    /** Partners that differ all stay as they are: the safest of what was decided on them. */
    private void agree(List<Integer> set) {
        PlannedTensor differing = null;
        PlannedTensor reference = null;
        for (int index : set) {
            PlannedTensor tensor = decided.get(index);
            if (tensor == null) {
                continue;
            }
            reference = reference == null ? tensor : reference;
            if (!spelling(tensor).equals(spelling(reference))) {
                differing = tensor;
                break;
            }
        }
        if (differing == null) {
            return;
        }
        unfit.add(reference.source().name() + " and " + differing.source().name()
                + " are joined by runtimes, but differ in scheme");
        PlannedTensor odd = differing.isQuantized() ? reference : differing;
        PlannedTensor other = differing.isQuantized() ? differing : reference;
        for (int index : set) {
            PlannedTensor tensor = decided.get(index);
            if (tensor != null && tensor.isQuantized()) {
                PlannedTensor partner = tensor.equals(odd) ? other : odd;
                String why = "shares a module with " + partner.source().name() + ", which "
                        + (partner.isQuantized() ? "has another scheme" : "stays as it is");
                decided.set(index, new PlannedTensor(tensor.source(), null, why));
            }
        }
    }

    private static String spelling(PlannedTensor tensor) {
        return tensor.isQuantized() ? tensor.scheme().spelling() : "";
    }
}
