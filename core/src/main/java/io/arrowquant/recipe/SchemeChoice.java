package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ByteBudget;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.storage.ByteSize;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Chooses schemes by what they would cost. Tensors that a runtime joins decide together.
 *
 * <p>With a minimal cosine alone, each gets the first candidate, from its own scheme on, that passes; where none does, it
 * is kept. With a target, the sum of squared errors is made small within the bytes there are, among the options that
 * pass; see {@link ByteBudget} for how. What a rule has given another scheme than the recipe's is not traded for bytes,
 * but has to pass as well.
 */
public final class SchemeChoice {
    /** Tensors that decide together, and the schemes they may get, which have to be measured. */
    public record Open(List<PlannedTensor> tensors, List<Scheme> candidates) {}

    /** Tensors that decide together, and what could become of them. */
    public record Unit(List<PlannedTensor> tensors, List<SchemeOption> options) {}

    /** One tensor's measurements: squared error and cosine with each candidate; null where one does not fit. */
    public record Measured(List<SchemeOption> options) {}

    private final Plan plan;
    private final Recipe recipe;
    private final List<Scheme> candidates;
    private final double minCosine;
    private final long target;
    private final boolean disorderedExperts;

    private SchemeChoice(Plan plan, Recipe recipe, List<Scheme> candidates, double minCosine, long target) {
        this.plan = plan;
        this.recipe = recipe;
        this.candidates = candidates;
        this.minCosine = minCosine;
        this.target = target;
        this.disorderedExperts = DisorderedExperts.in(
                plan.tensors().stream().map(PlannedTensor::source).toList());
    }

    /**
     * What settings ask for; null when they ask for no choice. A target that no choice meets is refused here, before a
     * weight is read, as far as headers show it.
     */
    public static SchemeChoice of(Plan plan, Recipe recipe, RecipeSettings settings) {
        boolean size = settings.has(Setting.TARGET_SIZE);
        boolean bits = settings.has(Setting.TARGET_BPW);
        if (!size && !bits && !settings.has(Setting.MIN_COSINE)) {
            return null;
        }
        if (size && bits) {
            throw new InvalidRequestException("Both target_size and target_bpw are given", "Leave one of them out");
        }
        long target = size ? settings.count(Setting.TARGET_SIZE, 0) : -1;
        if (bits) {
            target = (long) Math.floor(settings.number(Setting.TARGET_BPW) / Byte.SIZE * plan.parameters());
        }
        SchemeChoice choice = new SchemeChoice(
                plan, recipe, SchemeCandidates.of(settings, recipe), settings.number(Setting.MIN_COSINE), target);
        if (choice.hasTarget()) {
            choice.requireReachable();
        }
        return choice;
    }

    private void requireReachable() {
        long least = plan.bytesAfter();
        for (Open open : units()) {
            List<PlannedTensor> unit = open.tensors();
            if (isRuled(unit)) {
                // Their own scheme is the smallest they can get.
                continue;
            }
            long smallest = 0;
            for (PlannedTensor tensor : unit) {
                least -= tensor.bytesAfter();
                smallest += tensor.bytesBefore();
            }
            for (Scheme candidate : candidates) {
                if (unit.stream().allMatch(tensor -> fits(candidate, tensor))) {
                    smallest = Math.min(smallest, leastBytes(candidate, unit));
                }
            }
            least += smallest;
        }
        if (least > target) {
            throw unreachable(least);
        }
    }

    /** Without texts whose length only their tensor's values tell. */
    private static long leastBytes(Scheme scheme, List<PlannedTensor> tensors) {
        long bytes = 0;
        for (PlannedTensor tensor : tensors) {
            for (PartSpec part : new PlannedTensor(tensor.source(), scheme, null).parts()) {
                bytes += part.extent() == PartSpec.Extent.EXACT ? part.byteLength() : 0;
            }
        }
        return bytes;
    }

    /** Whether the layout can hold a tensor in a scheme, as a plan would decide on it. */
    private boolean fits(Scheme scheme, PlannedTensor tensor) {
        TensorInfo info = tensor.source().info();
        return StructuralKeeps.unfit(info, recipe.effectiveLayout(), scheme, recipe.defaults(), disorderedExperts)
                == null;
    }

    private InvalidRequestException unreachable(long least) {
        return new InvalidRequestException(
                "The target of " + bytes(target) + " cannot be met: with the smallest candidates the tensors take "
                        + bytes(least),
                "Ask for more, or name smaller candidates");
    }

    private static String bytes(long bytes) {
        return ByteSize.show(bytes) + (bytes < 1024 ? "" : " (" + bytes + " bytes)");
    }

    /** The schemes that may take the place of the recipe's own. */
    public List<Scheme> candidates() {
        return candidates;
    }

    public boolean hasTarget() {
        return target >= 0;
    }

    /** The bytes all tensors may take, or -1. */
    public long target() {
        return target;
    }

    /** The tensors to be measured, in sets that decide together. */
    public List<Open> units() {
        Map<PlannedTensor, List<PlannedTensor>> together = new HashMap<>();
        if (recipe.effectiveLayout().isForRuntimes()) {
            plan.fusedSets().forEach(set -> set.forEach(tensor -> together.put(tensor, set)));
        }
        Map<String, List<Scheme>> raising = new HashMap<>();
        Map<List<PlannedTensor>, Open> units = new LinkedHashMap<>();
        for (PlannedTensor tensor : plan.tensors()) {
            List<PlannedTensor> set = together.getOrDefault(tensor, List.of(tensor));
            if (!set.stream().allMatch(PlannedTensor::isQuantized)) {
                continue;
            }
            if (!isRuled(set)) {
                units.putIfAbsent(set, new Open(set, candidates));
            } else if (!Double.isNaN(minCosine)) {
                List<Scheme> wider = raising.computeIfAbsent(
                        tensor.scheme().spelling(),
                        spelling -> SchemeCandidates.raising(recipe.effectiveLayout(), spelling));
                units.putIfAbsent(set, new Open(set, wider));
            }
        }
        return List.copyOf(units.values());
    }

    /** True when a rule has given its tensors another scheme; partners have the same. */
    private boolean isRuled(List<PlannedTensor> tensors) {
        return !tensors.get(0).scheme().spelling().equals(recipe.scheme());
    }

    /** The options of a set from those of its members, which are in the order of the candidates. */
    public Unit unit(Open open, List<Measured> measured) {
        List<PlannedTensor> tensors = open.tensors();
        List<Scheme> candidates = open.candidates();
        List<SchemeOption> options = new ArrayList<>();
        for (int candidate = 0; candidate < candidates.size(); candidate++) {
            long bytes = 0;
            double squaredError = 0;
            double cosine = 1;
            boolean fits = true;
            for (int i = 0; i < measured.size(); i++) {
                SchemeOption option = measured.get(i).options().get(candidate);
                if (option == null || !fits(candidates.get(candidate), tensors.get(i))) {
                    fits = false;
                    break;
                }
                bytes = Math.addExact(bytes, option.bytes());
                squaredError += option.squaredError();
                // A cosine that is no number is no recommendation.
                cosine = option.cosine() >= cosine ? cosine : option.cosine();
            }
            if (fits) {
                options.add(new SchemeOption(candidates.get(candidate), bytes, squaredError, cosine));
            }
        }
        long kept = 0;
        for (PlannedTensor tensor : tensors) {
            kept = Math.addExact(kept, tensor.bytesBefore());
        }
        options.add(new SchemeOption(null, kept, 0, 1));
        return new Unit(tensors, List.copyOf(options));
    }

    /** The option of each unit. */
    public List<SchemeOption> choose(List<Unit> units) {
        if (!hasTarget()) {
            return units.stream().map(this::firstThatPasses).toList();
        }
        long left = target - plan.bytesAfter();
        for (Unit unit : units) {
            for (PlannedTensor tensor : unit.tensors()) {
                left += tensor.bytesAfter();
            }
        }
        return withinTarget(units, left);
    }

    private boolean passes(SchemeOption option) {
        return Double.isNaN(minCosine) || option.cosine() >= minCosine;
    }

    private SchemeOption firstThatPasses(Unit unit) {
        int own = unit.tensors().get(0).scheme().bitWidth();
        for (SchemeOption option : unit.options()) {
            if (option.scheme() == null || (option.scheme().bitWidth() >= own && passes(option))) {
                return option;
            }
        }
        throw new IllegalStateException("tensors can always be kept");
    }

    private List<SchemeOption> withinTarget(List<Unit> units, long available) {
        List<List<SchemeOption>> open = new ArrayList<>();
        List<List<ByteBudget.Option>> costs = new ArrayList<>();
        for (Unit unit : units) {
            List<SchemeOption> passing = isRuled(unit.tensors())
                    ? List.of(firstThatPasses(unit))
                    : unit.options().stream().filter(this::passes).toList();
            open.add(passing);
            costs.add(passing.stream()
                    .map(option -> new ByteBudget.Option(option.bytes(), option.squaredError()))
                    .toList());
        }
        long missing = ByteBudget.least(costs) - available;
        if (missing > 0) {
            throw unreachable(target + missing);
        }
        int[] numbers = ByteBudget.choose(costs, available);
        List<SchemeOption> chosen = new ArrayList<>();
        for (int unit = 0; unit < numbers.length; unit++) {
            chosen.add(open.get(unit).get(numbers[unit]));
        }
        return List.copyOf(chosen);
    }
}
