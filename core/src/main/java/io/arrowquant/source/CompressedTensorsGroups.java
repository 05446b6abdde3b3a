package io.arrowquant.source;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.NamePattern;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import java.util.ArrayList;
import java.util.List;

/** The config groups of a quantization_config: which modules are quantized how. */
final class CompressedTensorsGroups {
    private static final String INSTEAD = "Quantize the original weights instead";

    private final List<Group> groups = new ArrayList<>();

    CompressedTensorsGroups(JsonNode config) {
        String format = config.path("format").asText("");
        for (JsonNode group : config.path("config_groups")) {
            String own = group.path("format").asText(format);
            groups.add(new Group(own, group.path("weights"), targets(group.path("targets"))));
        }
        if (groups.isEmpty()) {
            throw new InvalidRequestException(
                    "The quantization_config of the model has no config_groups", "Check its config.json");
        }
    }

    private static List<String> targets(JsonNode node) {
        List<String> targets = new ArrayList<>();
        node.forEach(target -> targets.add(target.asText()));
        return targets;
    }

    /** The group of a module: one that names it, or else one for a class of modules. */
    Group of(String module) {
        for (Group group : groups) {
            if (group.names(module)) {
                return group;
            }
        }
        for (Group group : groups) {
            if (group.isForClasses()) {
                return group;
            }
        }
        throw new InvalidRequestException(
                "No config group of the model's quantization_config has module " + module + " among its targets",
                "Check its config.json");
    }

    /** One group: how it stores weights. */
    record Group(String format, JsonNode weights, List<String> targets) {
        boolean names(String module) {
            for (String target : targets) {
                if (NamePattern.of(target).matches(module)) {
                    return true;
                }
            }
            return false;
        }

        /** Classes, such as Linear, begin with a capital and are no names of modules. */
        boolean isForClasses() {
            for (String target : targets) {
                if (!target.isEmpty() && Character.isUpperCase(target.charAt(0)) && target.indexOf('.') < 0) {
                    return true;
                }
            }
            return targets.isEmpty();
        }

        /** Columns that share a scale, or 0 when a scale is for whole rows or more. */
        int size() {
            String strategy = strategy();
            return strategy.equals("group") || strategy.equals("tensor_group")
                    ? weights.path("group_size").asInt(0)
                    : 0;
        }

        private String strategy() {
            String strategy = weights.path("strategy").asText("");
            if (strategy.isEmpty()) {
                return weights.path("group_size").asInt(0) > 0 ? "group" : "tensor";
            }
            return strategy;
        }

        /** True where scales have the type that values are computed in. */
        boolean hasFloatScales() {
            return !format.startsWith("nvfp4") && !format.startsWith("mxfp");
        }

        /** The scheme of the catalog that stores weights like this. */
        Scheme scheme(String module) {
            int bits = weights.path("num_bits").asInt(0);
            String strategy = strategy();
            boolean symmetric = weights.path("symmetric").asBoolean(true);
            boolean integers = weights.path("type").asText("int").equals("int");
            String spelling = switch (format) {
                case "pack-quantized" ->
                    "W" + bits + "A16(strategy=" + strategy + groupSize() + ",symmetric=" + symmetric + ")";
                case "int-quantized", "naive-quantized", "float-quantized" ->
                    integers ? bytes(bits, strategy, symmetric) : floats(strategy);
                case "nvfp4-pack-quantized" -> "NVFP4A16";
                case "mxfp4-pack-quantized" -> "MXFP4A16";
                case "mxfp8-quantized" -> "MXFP8A16";
                default -> null;
            };
            if (spelling == null) {
                throw new InvalidRequestException(
                        "Module " + module + " is stored as " + format + " with strategy " + strategy
                                + ", which is not decoded",
                        INSTEAD);
            }
            return SchemeCatalog.parse(spelling);
        }

        private String groupSize() {
            return size() > 0 ? ",group_size=" + size() : "";
        }

        private String bytes(int bits, String strategy, boolean symmetric) {
            if (!symmetric) {
                return null;
            }
            return bits == 8 && !strategy.equals("group")
                    ? "W8A8(strategy=" + strategy + ")"
                    : bits == 4 ? "W4A8(strategy=" + strategy + groupSize() + ")" : null;
        }

        private String floats(String strategy) {
            return switch (strategy) {
                case "tensor" -> "FP8";
                case "channel" -> "FP8_DYNAMIC";
                case "group" -> "FP8_DYNAMIC(strategy=group" + groupSize() + ")";
                case "block" -> hasUsualBlocks() ? "FP8_BLOCK" : null;
                default -> null;
            };
        }

        private boolean hasUsualBlocks() {
            JsonNode block = weights.path("block_structure");
            return block.size() == 2
                    && block.get(0).asInt() == 128
                    && block.get(1).asInt() == 128;
        }
    }
}
