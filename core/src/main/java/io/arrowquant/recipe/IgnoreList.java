package io.arrowquant.recipe;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The list of modules that a runtime must not expect to be quantized: the user's patterns as they were written, then the
 * modules that stayed and that none of these patterns tells a runtime of.
 *
 * <p>With the built-in keeps come two more kinds of names, without which Transformers gives a scheme to modules that have
 * no scales: of a head that is tied to the embedding, and so not stored, and of modules that it calls otherwise than they are
 * stored. vLLM knows both names.
 */
public final class IgnoreList {
    private static final String HEAD = TiedHead.USUAL;

    private static final Pattern ROUTER = Pattern.compile("(.*)\\.block_sparse_moe\\.gate", Pattern.DOTALL);

    /** Modules that have one name. */
    private static final Pattern SAME = Pattern.compile("(?:model|thinker|talker)\\..*|lm_head", Pattern.DOTALL);

    private IgnoreList() {}

    /** Of one model, or one component of a checkpoint. */
    public static List<String> of(List<PlannedTensor> tensors, Recipe recipe, ModelTypes types) {
        List<NamePattern> patterns = new ArrayList<>();
        for (NamePattern pattern : recipe.skip()) {
            // A pattern that also matches what an earlier rule quantizes would hide that module from the runtime.
            if (!matchesQuantized(pattern, tensors)) {
                patterns.add(pattern);
            }
        }
        boolean forTransformers = recipe.defaults() && types.isKnown();
        Set<String> modules = new LinkedHashSet<>();
        for (PlannedTensor tensor : tensors) {
            String name = tensor.source().name();
            if (!tensor.isQuantized()
                    && StructuralKeeps.isMatrix(tensor.source().info())) {
                String module = name.substring(0, name.length() - StructuralKeeps.WEIGHT.length());
                modules.add(module);
                if (forTransformers) {
                    modules.add(types.hasParts() ? inModelsOfParts(module) : renamed(module, types));
                }
            }
        }
        String tied = forTransformers ? TiedHead.of(tensors, types) : null;
        if (tied != null) {
            modules.add(tied);
        }
        modules.removeIf(module -> patterns.stream().anyMatch(pattern -> pattern.tellsRuntimesOf(module)));
        List<String> ignore = new ArrayList<>();
        patterns.forEach(pattern -> ignore.add(pattern.toString()));
        ignore.addAll(modules);
        return List.copyOf(ignore);
    }

    /** What Transformers calls the head of GPT-NeoX and a router of Phi-MoE; else the module itself. */
    private static String renamed(String module, ModelTypes types) {
        if (module.equals("embed_out")) {
            return HEAD;
        }
        return "phimoe".equals(types.own()) ? ROUTER.matcher(module).replaceFirst("$1.mlp.router") : module;
    }

    /** What Transformers calls a module of a model with towers, whose files keep the names of older versions. */
    private static String inModelsOfParts(String module) {
        if (module.equals("language_model." + HEAD)) {
            return HEAD;
        }
        if (module.startsWith("language_model.model.")) {
            return "model.language_model." + module.substring("language_model.model.".length());
        }
        if (module.startsWith("model.layers.")) {
            return "model.language_model." + module.substring("model.".length());
        }
        return SAME.matcher(module).matches() ? module : "model." + module;
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
