package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A recipe applied to the headers of a checkpoint. */
public final class Plan {
    private final List<PlannedTensor> tensors;
    private final List<CheckpointTensor> dropped;
    private final List<String> unmatched;
    private final List<String> unfit;
    private final List<List<PlannedTensor>> fusedSets;
    private final List<List<PlannedTensor>> scaleSets;

    private Plan(List<CheckpointTensor> sources, TensorDecisions decisions) {
        List<PlannedTensor> decided = decisions.decided();
        this.tensors = decided.stream().filter(Objects::nonNull).toList();
        List<CheckpointTensor> without = new ArrayList<>();
        for (int i = 0; i < decided.size(); i++) {
            if (decided.get(i) == null) {
                without.add(sources.get(i));
            }
        }
        this.dropped = List.copyOf(without);
        this.unmatched = decisions.unmatched();
        this.unfit = decisions.unfit();
        this.fusedSets = planned(FusedSets.ofSchemes(sources), decided);
        this.scaleSets = planned(FusedSets.ofScales(sources), decided);
    }

    public static Plan of(List<CheckpointTensor> sources, Recipe recipe) {
        return of(sources, recipe, ModelTypes.UNKNOWN);
    }

    public static Plan of(List<CheckpointTensor> sources, Recipe recipe, ModelTypes types) {
        return new Plan(sources, TensorDecisions.of(sources, recipe, types));
    }

    private static List<List<PlannedTensor>> planned(List<List<Integer>> sets, List<PlannedTensor> decided) {
        List<List<PlannedTensor>> planned = new ArrayList<>();
        for (List<Integer> set : sets) {
            List<PlannedTensor> members =
                    set.stream().map(decided::get).filter(Objects::nonNull).toList();
            if (members.size() > 1) {
                planned.add(members);
            }
        }
        return List.copyOf(planned);
    }

    /** The same with other decisions on some tensors, and what follows from them. */
    public Plan with(Map<CheckpointTensor, PlannedTensor> others) {
        return new Plan(this, others);
    }

    private Plan(Plan plan, Map<CheckpointTensor, PlannedTensor> others) {
        this.tensors = replaced(plan.tensors, others);
        this.dropped = plan.dropped;
        this.unmatched = plan.unmatched;
        this.unfit = plan.unfit;
        this.fusedSets =
                plan.fusedSets.stream().map(set -> replaced(set, others)).toList();
        this.scaleSets =
                plan.scaleSets.stream().map(set -> replaced(set, others)).toList();
    }

    private static List<PlannedTensor> replaced(
            List<PlannedTensor> tensors, Map<CheckpointTensor, PlannedTensor> others) {
        return tensors.stream()
                .map(tensor -> others.getOrDefault(tensor.source(), tensor))
                .toList();
    }

    /** Tensors that a rule leaves out of the output. */
    public List<CheckpointTensor> dropped() {
        return dropped;
    }

    /** Tensors that runtimes join into one module and that therefore share a decision. */
    public List<List<PlannedTensor>> fusedSets() {
        return fusedSets;
    }

    /** Tensors that share a global scale, for schemes that have one. */
    public List<List<PlannedTensor>> scaleSets() {
        return scaleSets;
    }

    /** In the order of the checkpoint. */
    public List<PlannedTensor> tensors() {
        return tensors;
    }

    /** Patterns of the recipe that match no tensor. */
    public List<String> unmatchedPatterns() {
        return unmatched;
    }

    /** Tensors that stay as they are though the recipe has a scheme for them, with why. */
    public List<String> unfit() {
        return unfit;
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

    /** Elements of all tensors. */
    public long parameters() {
        long elements = 0;
        for (PlannedTensor tensor : tensors) {
            elements += tensor.source().info().elements();
        }
        return elements;
    }

    /** Bits each parameter of the whole checkpoint takes afterwards. */
    public double bitsPerWeight() {
        return parameters() == 0 ? 0 : bytesAfter() * 8.0 / parameters();
    }
}
