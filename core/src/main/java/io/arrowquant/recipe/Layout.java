package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** How an output is laid out. Those that a runtime loads decide which tensors may be quantized at all. */
public enum Layout {
    /** Our own table. */
    PARQUET("parquet", "arrowquant", false),
    COMPRESSED_TENSORS("compressed-tensors", "compressed-tensors", true),
    BITSANDBYTES("bitsandbytes", "bitsandbytes", true),
    GPTQ("gptq", "gptq", true),
    AWQ("awq", "awq", true),
    /** 8-bit floats with a scale for each block of 128 by 128, as DeepSeek's checkpoints have them. */
    FP8("fp8", "fp8", true),
    GGUF("gguf", "ggml", false);

    /** Names that mean another scheme in a layout than in the catalog. */
    private static final Map<Layout, Map<String, String>> HOMONYMS = Map.of(
            COMPRESSED_TENSORS, Map.of("mxfp4", "MXFP4A4"),
            BITSANDBYTES, Map.of("int8", "llm_int8"),
            FP8, Map.of("fp8_block", "FP8_BLOCK_INV", "fp8", "FP8_BLOCK_INV"),
            GGUF, Map.of("nvfp4", "NVFP4_GGML"));

    private final String spelling;
    private final String family;
    private final boolean runtime;

    Layout(String spelling, String family, boolean runtime) {
        this.spelling = spelling;
        this.family = family;
        this.runtime = runtime;
    }

    public static Layout of(String name) {
        for (Layout layout : values()) {
            if (layout.spelling.equalsIgnoreCase(name)) {
                return layout;
            }
        }
        throw InvalidRequestException.unknown(
                "layout", name, Arrays.stream(values()).map(Layout::spelling).toList());
    }

    /** The layout of a scheme when none is asked for. */
    public static Layout ofScheme(String scheme) {
        String name = SchemeSpec.parse(scheme).name().toLowerCase(Locale.ROOT);
        if (HOMONYMS.get(COMPRESSED_TENSORS).containsKey(name)) {
            return COMPRESSED_TENSORS;
        }
        String wanted = SchemeCatalog.familyOf(SchemeCatalog.parse(scheme));
        for (Layout layout : values()) {
            if (layout.family.equals(wanted)) {
                return layout;
            }
        }
        // Schemes that no runtime loads from files stay in our own table's company, which then refuses them.
        return PARQUET;
    }

    /** The spelling, for the catalog, of what a scheme's spelling means in this layout. */
    public String resolve(String scheme) {
        String name = SchemeSpec.parse(scheme).name();
        String other = HOMONYMS.getOrDefault(this, Map.of()).get(name.toLowerCase(Locale.ROOT));
        return other == null ? scheme : other + scheme.trim().substring(name.length());
    }

    /** Refuses schemes whose tensors this layout cannot describe. */
    public void require(Scheme scheme) {
        if (this == BITSANDBYTES && scheme.name().equals("bnb_int8")) {
            throw new InvalidRequestException(
                    "Scheme bnb_int8 does not fit the layout bitsandbytes, whose loaders know eight bits by rows only",
                    "Use llm_int8");
        }
        if (!SchemeCatalog.familyOf(scheme).equals(family)) {
            Layout usual = ofScheme(scheme.spelling());
            throw new InvalidRequestException(
                    "Scheme " + scheme.spelling() + " does not fit the layout " + spelling,
                    usual == this
                            ? "No layout of files holds it: use it in SQL"
                            : "Use --layout " + usual.spelling + ", or a scheme of the family " + family
                                    + "; see: arrowquant schemes");
        }
    }

    public String spelling() {
        return spelling;
    }

    /** True when the config of a model names one scheme, which all that is quantized has to share. */
    boolean hasOneScheme() {
        return runtime && this != COMPRESSED_TENSORS;
    }

    /** True when a runtime finds quantized modules by their names, so that only {@code *.weight} matrices may change. */
    public boolean isForRuntimes() {
        return runtime;
    }
}
