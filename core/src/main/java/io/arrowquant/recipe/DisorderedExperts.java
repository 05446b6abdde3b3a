package io.arrowquant.recipe;

import io.arrowquant.checkpoint.CheckpointTensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints whose w1 and w3 lie in files in such an order that llm-compressor does not find which of them share a scale:
 * it walks through the names of each file and stops when one comes twice before its partner did.
 */
final class DisorderedExperts {
    private static final Pattern MEMBER = Pattern.compile(".*w([13])\\.weight", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    /** Numbers are compared by their value, so they are written with as many digits as the longest may have. */
    private static final int DIGITS = 19;

    private DisorderedExperts() {}

    /** True when a file of several has such an order; of a single file all pairs are whole. */
    static boolean in(List<CheckpointTensor> tensors) {
        Map<String, List<String>> files = new HashMap<>();
        for (CheckpointTensor tensor : tensors) {
            files.computeIfAbsent(tensor.file(), unused -> new ArrayList<>()).add(tensor.name());
        }
        return files.size() > 1 && files.values().stream().anyMatch(DisorderedExperts::isDisordered);
    }

    private static boolean isDisordered(List<String> names) {
        TreeMap<String, String> members = new TreeMap<>();
        for (String name : names) {
            Matcher member = MEMBER.matcher(name);
            if (member.matches()) {
                members.put(naturalKey(name), member.group(1));
            }
        }
        String open = null;
        for (String member : members.values()) {
            if (member.equals(open)) {
                return true;
            }
            open = open == null ? member : null;
        }
        return false;
    }

    private static String naturalKey(String name) {
        return NUMBER.matcher(name)
                .replaceAll(number ->
                        "0".repeat(Math.max(0, DIGITS - number.group().length())) + number.group());
    }
}
