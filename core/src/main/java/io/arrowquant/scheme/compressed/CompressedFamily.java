package io.arrowquant.scheme.compressed;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import io.arrowquant.scheme.SchemeParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The catalog entries of compressed-tensors. */
public final class CompressedFamily implements SchemeFamily {
    static final String GROUP_SIZE = "group_size";
    static final String SYMMETRIC = "symmetric";
    static final String STRATEGY = "strategy";
    static final String OBSERVER = "observer";

    private static final String FAMILY = CompressedTensors.FAMILY;
    private static final int DEFAULT_GROUP = 128;
    private static final String TWO_DIMENSIONS = "two dimensions";
    private static final String DIVISIBLE = "two dimensions; strategy=group: rows are multiples of group_size";
    private static final String NO_PASS = "no";
    private static final String LONG_SLICES =
            "only when one scale is for more than " + Slices.LONGEST_HELD + " elements";
    private static final String WITH_RANGES = LONG_SLICES + "; observer=mse";
    private static final String SCALES_OF_SLICES =
            "weight_scale (type of the weights) [out,in/group_size], [out,1] or [1]";

    private static final ParameterSpec RANGES = ParameterSpec.choice(
            OBSERVER,
            List.of("minmax", "mse"),
            "how a range is found: as it is, or shrunk to the least error (not with strategy=tensor)");
    private static final ParameterSpec GROUP =
            ParameterSpec.positive(GROUP_SIZE, DEFAULT_GROUP, "elements of a row that share a scale (strategy group)");

    @Override
    public List<SchemeEntry> entries() {
        List<SchemeEntry> entries = new ArrayList<>();
        for (int bits = 2; bits <= 8; bits++) {
            entries.add(packed("W" + bits + "A16", bits, true));
        }
        entries.add(packed("W4A16_ASYM", 4, false));
        entries.add(integers("W8A8", 8, "8.0 and a scale for each row", "channel", "tensor"));
        entries.add(groupedIntegers());
        addFloat8(entries);
        addMicroscaling(entries);
        return entries;
    }

    private static SchemeEntry packed(String name, int bits, boolean symmetric) {
        List<ParameterSpec> parameters = List.of(
                GROUP,
                ParameterSpec.flag(SYMMETRIC, symmetric, "zero in the middle of the codes instead of a zero point"),
                ParameterSpec.choice(
                        STRATEGY, List.of("group", "channel", "tensor"), "what shares a scale: a group, a row, all"),
                RANGES);
        return new SchemeEntry(
                name,
                FAMILY,
                List.of(),
                parameters,
                bits + "-bit integers packed into words, for 16-bit activations",
                // Zero points take as many bits as codes.
                String.valueOf(bits + (symmetric ? 16.0 : 16.0 + bits) / DEFAULT_GROUP),
                "weight_packed I32 [out,ceil(in*" + bits + "/32)], " + SCALES_OF_SLICES
                        + ", weight_shape I64 [2]; asymmetric: weight_zero_point I32 [ceil(out*" + bits
                        + "/32),groups], I8 [1] with strategy=tensor",
                DIVISIBLE,
                WITH_RANGES,
                given -> new CompressedScheme(
                        name,
                        given,
                        new Settings(
                                Format.PACK_QUANTIZED,
                                bits,
                                Strategy.of(given.text(STRATEGY)),
                                given.integer(GROUP_SIZE),
                                given.flag(SYMMETRIC),
                                leastError(given))));
    }

    private static boolean leastError(SchemeParameters given) {
        return given.text(OBSERVER).equals("mse");
    }

    private static SchemeEntry integers(String name, int bits, String bitsPerWeight, String... strategies) {
        return new SchemeEntry(
                name,
                FAMILY,
                List.of(),
                List.of(ParameterSpec.choice(STRATEGY, List.of(strategies), "what shares a scale: a row, all"), RANGES),
                bits + "-bit integers, a byte each, for 8-bit integer activations",
                bitsPerWeight,
                "weight I8 [out,in], weight_scale (type of the weights) [out,1] or [1]",
                TWO_DIMENSIONS,
                WITH_RANGES,
                given -> new CompressedScheme(
                        name,
                        given,
                        new Settings(
                                Format.INT_QUANTIZED,
                                bits,
                                Strategy.of(given.text(STRATEGY)),
                                0,
                                true,
                                leastError(given))));
    }

    private static SchemeEntry groupedIntegers() {
        return new SchemeEntry(
                "W4A8",
                FAMILY,
                List.of(),
                List.of(
                        GROUP,
                        ParameterSpec.choice(
                                STRATEGY, List.of("group", "channel"), "what shares a scale: a group, a row"),
                        RANGES),
                "4-bit integers, a byte each, for 8-bit integer activations",
                "8.125",
                "weight I8 [out,in], weight_scale (type of the weights) [out,in/group_size] or [out,1]",
                DIVISIBLE,
                WITH_RANGES,
                given -> new CompressedScheme(
                        "W4A8",
                        given,
                        new Settings(
                                Format.INT_QUANTIZED,
                                4,
                                Strategy.of(given.text(STRATEGY)),
                                given.integer(GROUP_SIZE),
                                true,
                                leastError(given))));
    }

    private static void addFloat8(List<SchemeEntry> entries) {
        entries.add(float8(
                "FP8",
                List.of(),
                "8-bit floats (E4M3) with one scale; the scale of activations is not made",
                "8.0 and one scale",
                "[1]",
                TWO_DIMENSIONS,
                given -> new Settings(Format.FLOAT_QUANTIZED, 8, Strategy.TENSOR, 0, true, false)));
        entries.add(float8(
                "FP8_DYNAMIC",
                List.of(
                        GROUP,
                        ParameterSpec.choice(
                                STRATEGY, List.of("channel", "group"), "what shares a scale: a row, a group"),
                        RANGES),
                "8-bit floats (E4M3) with a scale for each row",
                "8.0 and a scale for each row",
                "[out,1] or [out,in/group_size]",
                DIVISIBLE,
                given -> new Settings(
                        Format.FLOAT_QUANTIZED,
                        8,
                        Strategy.of(given.text(STRATEGY)),
                        given.integer(GROUP_SIZE),
                        true,
                        leastError(given))));
        entries.add(float8(
                "FP8_BLOCK",
                List.of(),
                "8-bit floats (E4M3) with a scale for each block of 128 rows and columns",
                "8.001",
                "[ceil(out/128),ceil(in/128)]",
                TWO_DIMENSIONS,
                given -> new Settings(Format.FLOAT_QUANTIZED, 8, Strategy.BLOCK, 0, true, false)));
        entries.add(new SchemeEntry(
                "FP8_BLOCK_INV",
                "fp8",
                List.of(),
                List.of(),
                "8-bit floats (E4M3) with a scale for each block of 128 rows and columns, as DeepSeek names them",
                "8.002",
                "weight F8_E4M3 [out,in], weight_scale_inv F32 [ceil(out/128),ceil(in/128)]",
                TWO_DIMENSIONS,
                LONG_SLICES,
                given -> new CompressedScheme(
                        "FP8_BLOCK_INV",
                        given,
                        new Settings(Format.FLOAT_INVERSE_SCALED, 8, Strategy.BLOCK, 0, true, false))));
    }

    private static SchemeEntry float8(
            String name,
            List<ParameterSpec> parameters,
            String summary,
            String bitsPerWeight,
            String scales,
            String constraints,
            Function<SchemeParameters, Settings> settings) {
        return new SchemeEntry(
                name,
                FAMILY,
                List.of(),
                parameters,
                summary,
                bitsPerWeight,
                "weight F8_E4M3 [out,in], weight_scale (type of the weights) " + scales,
                constraints,
                parameters.contains(RANGES) ? WITH_RANGES : LONG_SLICES,
                given -> new CompressedScheme(name, given, settings.apply(given)));
    }

    private static void addMicroscaling(List<SchemeEntry> entries) {
        String nvfp4Parts =
                "weight_packed U8 [out,in/2], weight_scale F8_E4M3 [out,in/16], weight_global_scale F32 [1]";
        String firstPass =
                "yes: the largest magnitude of the tensor; in a model, of all that runtimes fuse with it (q, k, v; gate, up)";
        entries.add(grouped(
                "NVFP4A16",
                "4-bit floats (E2M1) in groups of 16 with an E4M3 scale, for 16-bit activations",
                "4.5",
                nvfp4Parts,
                firstPass,
                new Settings(Format.NVFP4_PACK_QUANTIZED, 4, Strategy.GROUP, Nvfp4Grid.GROUP, true, false)));
        entries.add(grouped(
                "NVFP4",
                "the weights of NVFP4, the same as those of NVFP4A16; the scale of activations is not made",
                "4.5",
                nvfp4Parts,
                firstPass,
                new Settings(Format.NVFP4_PACK_QUANTIZED, 4, Strategy.GROUP, Nvfp4Grid.GROUP, true, false)));
        entries.add(grouped(
                "MXFP4A16",
                "4-bit floats (E2M1) in groups of 32 with a power of two as scale",
                "4.25",
                "weight_packed U8 [out,in/2], weight_scale U8 [out,in/32]",
                NO_PASS,
                new Settings(Format.MXFP4_PACK_QUANTIZED, 4, Strategy.GROUP, MxGrid.GROUP, true, false)));
        entries.add(grouped(
                "MXFP4A4",
                "the weights of MXFP4A16, for activations that the runtime makes 4-bit floats of",
                "4.25",
                "weight_packed U8 [out,in/2], weight_scale U8 [out,in/32]",
                NO_PASS,
                new Settings(Format.MXFP4_PACK_QUANTIZED, 4, Strategy.GROUP, MxGrid.GROUP, true, false)));
        entries.add(grouped(
                "MXFP8A16",
                "8-bit floats (E4M3) in groups of 32 with a power of two as scale",
                "8.25",
                "weight F8_E4M3 [out,in], weight_scale U8 [out,in/32]",
                NO_PASS,
                new Settings(Format.MXFP8_QUANTIZED, 8, Strategy.GROUP, MxGrid.GROUP, true, false)));
        entries.add(grouped(
                "MXFP8A8",
                "the weights of MXFP8A16, for activations that the runtime makes 8-bit floats of",
                "8.25",
                "weight F8_E4M3 [out,in], weight_scale U8 [out,in/32]",
                NO_PASS,
                new Settings(Format.MXFP8_QUANTIZED, 8, Strategy.GROUP, MxGrid.GROUP, true, false)));
    }

    private static SchemeEntry grouped(
            String name, String summary, String bitsPerWeight, String outputs, String firstPass, Settings settings) {
        return new SchemeEntry(
                name,
                FAMILY,
                // MXFP4 itself is a type of ggml; the layout compressed-tensors tells the two apart.
                name.equals("MXFP8A8") ? List.of("MXFP8") : List.of(),
                List.of(),
                summary,
                bitsPerWeight,
                outputs,
                "two dimensions; rows are multiples of " + settings.group(),
                firstPass,
                given -> new CompressedScheme(name, given, settings));
    }
}
