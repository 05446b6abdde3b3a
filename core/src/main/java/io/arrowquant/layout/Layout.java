package io.arrowquant.layout;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A way to lay out quantized tensors, by the name users know it. */
public enum Layout {
    /** Our own table. */
    PARQUET("parquet", "arrowquant"),
    COMPRESSED_TENSORS("compressed-tensors", "compressed-tensors"),
    BITSANDBYTES("bitsandbytes", "bitsandbytes"),
    GPTQ("gptq", "gptq"),
    AWQ("awq", "awq"),
    /** 8-bit floats with a scale for each block of 128 by 128, as DeepSeek's checkpoints have them. */
    FP8("fp8", "fp8"),
    GGUF("gguf", "ggml");

    /** Names that mean another scheme in a layout than in the catalog. */
    private static final Map<Layout, Map<String, String>> HOMONYMS = Map.of(
            COMPRESSED_TENSORS, Map.of("mxfp4", "MXFP4A4"),
            GGUF, Map.of("nvfp4", "NVFP4_GGML"),
            FP8, Map.of("fp8_block", "FP8_BLOCK_INV"),
            BITSANDBYTES, Map.of("int8", "llm_int8"));

    private final String spelling;
    private final String family;

    Layout(String spelling, String family) {
        this.spelling = spelling;
        this.family = family;
    }

    public static Layout of(String name) {
        List<String> names = new ArrayList<>();
        for (Layout layout : values()) {
            if (layout.spelling.equals(name.toLowerCase(Locale.ROOT))) {
                return layout;
            }
            names.add(layout.spelling);
        }
        throw InvalidRequestException.unknown("layout", name, names);
    }

    /** The layout a scheme has unless somebody asks for another. */
    public static Layout defaultOf(String scheme) {
        String name = SchemeSpec.parse(scheme).name().toLowerCase(Locale.ROOT);
        if (HOMONYMS.get(COMPRESSED_TENSORS).containsKey(name)) {
            return COMPRESSED_TENSORS;
        }
        return ofFamily(SchemeCatalog.familyOf(SchemeCatalog.parse(scheme)));
    }

    private static Layout ofFamily(String family) {
        for (Layout layout : values()) {
            if (layout.family.equals(family)) {
                return layout;
            }
        }
        throw new IllegalStateException("no layout for the family " + family);
    }

    /** The spelling, for the catalog, of what a scheme's spelling means in this layout. */
    public String resolve(String scheme) {
        SchemeSpec spec = SchemeSpec.parse(scheme);
        String other = HOMONYMS.getOrDefault(this, Map.of()).get(spec.name().toLowerCase(Locale.ROOT));
        return other == null ? scheme : other + scheme.trim().substring(spec.name().length());
    }

    public String spelling() {
        return spelling;
    }

    /** True when the output is a model directory that runtimes load. */
    public boolean isForRuntimes() {
        return this != PARQUET;
    }

    /** Refuses schemes whose tensors this layout cannot describe. */
    public void require(Scheme scheme) {
        String found = SchemeCatalog.familyOf(scheme);
        if (!found.equals(family)) {
            throw new InvalidRequestException(
                    "Scheme " + scheme.spelling() + " does not fit the layout " + spelling,
                    "Use --layout " + ofFamily(found).spelling + ", or a scheme of the family " + family
                            + "; see: arrowquant schemes");
        }
    }
}
