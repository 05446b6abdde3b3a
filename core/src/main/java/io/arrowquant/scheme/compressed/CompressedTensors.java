package io.arrowquant.scheme.compressed;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.scheme.Scheme;

/** How a config describes schemes of this family to the runtimes that load what they made. */
public final class CompressedTensors {
    /** The name of the family in the catalog. */
    public static final String FAMILY = "compressed-tensors";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String FLOAT = "float";
    private static final String INT = "int";

    private CompressedTensors() {}

    /**
     * A config group without its targets: the format and the arguments of weights and activations. Presets whose
     * activations need a calibrated scale (FP8, NVFP4) are described by their weights alone.
     */
    public static ObjectNode group(Scheme scheme) {
        CompressedScheme compressed = (CompressedScheme) scheme;
        Settings settings = compressed.settings();
        ObjectNode group = JSON.objectNode();
        group.put("format", settings.format().configName());
        ObjectNode activations = activations(compressed.name(), settings);
        group.set("input_activations", activations == null ? JSON.nullNode() : activations);
        group.putNull("output_activations");
        group.set("weights", weights(settings));
        return group;
    }

    /** What the reference calls a preset. */
    public static String presetName(Scheme scheme) {
        return switch (scheme.name()) {
            case "MXFP4A4" -> "MXFP4";
            case "MXFP8A8" -> "MXFP8";
            default -> scheme.name();
        };
    }

    private static ObjectNode weights(Settings settings) {
        ObjectNode arguments = arguments(settings.bits(), settings.format().isInteger() ? INT : FLOAT);
        arguments.put("dynamic", false);
        arguments.put("strategy", strategy(settings));
        if (settings.strategy() == Strategy.GROUP) {
            arguments.put("group_size", settings.group());
        }
        if (settings.strategy() == Strategy.BLOCK) {
            arguments.putArray("block_structure").add(Strategy.BLOCK_SIDE).add(Strategy.BLOCK_SIDE);
        }
        if (settings.leastError()) {
            arguments.put("observer", "memoryless_mse");
        }
        arguments.put("symmetric", settings.symmetric());
        if (!settings.symmetric()) {
            arguments.put("zp_dtype", "torch.int8");
        }
        putScaleType(arguments, settings.format());
        return arguments;
    }

    private static String strategy(Settings settings) {
        return switch (settings.strategy()) {
            case GROUP -> settings.format() == Format.NVFP4_PACK_QUANTIZED ? "tensor_group" : "group";
            case CHANNEL -> "channel";
            case TENSOR -> "tensor";
            case BLOCK -> "block";
        };
    }

    private static void putScaleType(ObjectNode arguments, Format format) {
        switch (format) {
            case NVFP4_PACK_QUANTIZED -> arguments.put("scale_dtype", "torch.float8_e4m3fn");
            case MXFP4_PACK_QUANTIZED, MXFP8_QUANTIZED -> arguments.put("scale_dtype", "torch.uint8");
            case PACK_QUANTIZED, INT_QUANTIZED, FLOAT_QUANTIZED, FLOAT_INVERSE_SCALED -> {}
        }
    }

    /** What a runtime does to activations on the way, or null when they stay as they are. */
    private static ObjectNode activations(String preset, Settings settings) {
        boolean quantized = switch (preset) {
            case "W8A8", "W4A8", "FP8_DYNAMIC", "FP8_BLOCK", "MXFP4A4", "MXFP8A8" -> true;
            default -> false;
        };
        if (!quantized) {
            return null;
        }
        int bits = preset.equals("MXFP4A4") ? 4 : 8;
        ObjectNode arguments = arguments(bits, settings.format().isInteger() ? INT : FLOAT);
        arguments.put("dynamic", true);
        arguments.put("symmetric", true);
        if (preset.equals("FP8_BLOCK")) {
            arguments.put("strategy", "group").put("group_size", Strategy.BLOCK_SIDE);
        } else if (preset.startsWith("MX")) {
            arguments.put("strategy", "group").put("group_size", settings.group());
        } else {
            arguments.put("strategy", "token");
        }
        putScaleType(arguments, settings.format());
        return arguments;
    }

    /** Every key is always there, as the reference writes them. */
    private static ObjectNode arguments(int bits, String type) {
        ObjectNode arguments = JSON.objectNode();
        arguments.putNull("actorder");
        arguments.putNull("block_structure");
        arguments.putNull("dynamic");
        arguments.putNull("group_size");
        arguments.put("num_bits", bits);
        arguments.putNull("observer");
        arguments.putObject("observer_kwargs");
        arguments.putNull("scale_dtype");
        arguments.putNull("strategy");
        arguments.putNull("symmetric");
        arguments.put("type", type);
        arguments.putNull("zp_dtype");
        return arguments;
    }
}
