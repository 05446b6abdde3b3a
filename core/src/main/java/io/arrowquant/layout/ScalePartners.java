package io.arrowquant.layout;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.recipe.PlannedTensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Weights that share a scale, and lie in different files of the source. llm-compressor writes them all into the file of
 * the first, since it makes each file of what it has in memory at once. Ours go there as well, so that the index is the
 * same, although each could be made anywhere.
 */
final class ScalePartners {
    /** The first group of the pattern is what the names of the others begin with. */
    private record Fused(Pattern first, List<String> others) {}

    /** Which names llm-compressor looks for to this end: not all of those it gives one scale, experts' gate_proj for one. */
    private static final List<Fused> FUSED = List.of(
            fused("(.+\\.(?:attn|attention|self_attn|self_attention)\\.)q_proj", "k_proj", "v_proj"),
            fused("(.+\\.(?:attn|attention|self_attn)\\.)wq_a", "wkv_a_with_mqa"),
            fused("(.+\\.(?:mlp|feed_forward)\\.)gate_proj", "up_proj"),
            fused("(.+\\.)w1", "w3"));

    private record Key(String component, String name) {}

    private final Map<Key, String> files = new HashMap<>();

    /** Looks at all tensors of a plan. */
    ScalePartners(List<PlannedTensor> tensors) {
        for (PlannedTensor tensor : tensors) {
            CheckpointTensor source = tensor.source();
            for (Fused fused : FUSED) {
                Matcher first = fused.first().matcher(source.name());
                if (first.matches()) {
                    for (String other : fused.others()) {
                        files.put(new Key(source.component(), first.group(1) + other + ".weight"), source.file());
                    }
                }
            }
        }
    }

    private static Fused fused(String first, String... others) {
        return new Fused(Pattern.compile(first + "\\.weight", Pattern.DOTALL), List.of(others));
    }

    /** The file of the source that a tensor is written with. */
    String fileOf(PlannedTensor tensor) {
        CheckpointTensor source = tensor.source();
        return files.getOrDefault(new Key(source.component(), source.name()), source.file());
    }
}
