package io.arrowquant.recipe;

import java.util.ArrayList;
import java.util.List;

/** The list of modules that a runtime must not expect to be quantized. */
final class IgnoreList {
    private IgnoreList() {}

    static List<String> of(List<PlannedTensor> tensors, Recipe recipe) {
        List<NamePattern> patterns = new ArrayList<>();
        for (NamePattern pattern : recipe.skip()) {
            // A pattern that also matches what an earlier rule quantizes would hide that module from the runtime.
            if (!matchesQuantized(pattern, tensors)) {
                patterns.add(pattern);
            }
        }
        List<String> ignore = new ArrayList<>();
        patterns.forEach(pattern -> ignore.add(pattern.toString()));
        for (PlannedTensor tensor : tensors) {
            if (tensor.isQuantized()
                    || !StructuralKeeps.isMatrix(tensor.source().info())) {
                continue;
            }
            String name = tensor.source().name();
            String module = name.substring(0, name.length() - StructuralKeeps.WEIGHT.length());
            if (patterns.stream().noneMatch(pattern -> pattern.tellsRuntimesOf(module)) && !ignore.contains(module)) {
                ignore.add(module);
            }
        }
        return List.copyOf(ignore);
    }

    private static boolean matchesQuantized(NamePattern pattern, List<PlannedTensor> tensors) {
        for (PlannedTensor tensor : tensors) {
            if (tensor.isQuantized() && pattern.matches(tensor.source().name())) {
                return true;
            }
        }
        return false;
    }
}
