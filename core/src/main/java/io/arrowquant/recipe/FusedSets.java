package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds weights that runtimes join into one module, by their names. */
final class FusedSets {
    private record Member(Pattern name, String kind) {}

    /** The first group of a pattern is what partners have in common. */
    private static final List<Member> FUSED = List.of(
            member("(.+\\.experts)\\.\\d+\\..+", "experts"),
            member("(.+)\\.[qkv]_proj", "qkv"),
            member("(.+)\\.(?:gate|up)_proj", "gate_up"),
            member("(.+)\\.w[13]", "w1_w3"),
            member("(.+)\\.(?:wq_a|wkv_a_with_mqa)", "mla"),
            member("(.+)\\.(?:q_a_proj|kv_a_proj_with_mqa)", "mla"));

    /** Partners that the reference gives one global scale. What comes before the last words of a name may be anything. */
    private static final List<Member> ONE_SCALE = List.of(
            member("(.*(?:attn|attention))\\.[qkv]_proj", "qkv"),
            member("(.*(?:attn|attention))\\.(?:wq_a|wkv_a_with_mqa)", "mla"),
            member("(.*mlp)\\.(?:gate|up)_proj", "gate_up"),
            member("(.*)w[13]", "w1_w3"));

    private FusedSets() {}

    private static Member member(String name, String kind) {
        return new Member(Pattern.compile(name + "\\.weight", Pattern.DOTALL), kind);
    }

    /** Indices of tensors that must share a scheme. */
    static List<List<Integer>> ofSchemes(List<CheckpointTensor> tensors) {
        return find(tensors, FUSED);
    }

    /** Indices of tensors that share a global scale. */
    static List<List<Integer>> ofScales(List<CheckpointTensor> tensors) {
        return find(tensors, ONE_SCALE);
    }

    private static List<List<Integer>> find(List<CheckpointTensor> tensors, List<Member> members) {
        Map<List<String>, List<Integer>> sets = new LinkedHashMap<>();
        for (int i = 0; i < tensors.size(); i++) {
            CheckpointTensor tensor = tensors.get(i);
            for (Member member : members) {
                Matcher found = member.name().matcher(tensor.name());
                if (found.matches()) {
                    List<String> key = List.of(tensor.component(), member.kind(), found.group(1));
                    sets.computeIfAbsent(key, unused -> new ArrayList<>()).add(i);
                    break;
                }
            }
        }
        List<List<Integer>> several = new ArrayList<>();
        for (List<Integer> set : sets.values()) {
            if (set.size() > 1) {
                several.add(List.copyOf(set));
            }
        }
        return several;
    }
}
