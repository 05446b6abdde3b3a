package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.SchemeCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How an output is laid out. Those that a runtime loads decide which tensors may be quantized at all. */
public enum Layout {
    PARQUET("parquet", false),
    COMPRESSED_TENSORS("compressed-tensors", true),
    BITSANDBYTES("bitsandbytes", true),
    GPTQ("gptq", true),
    AWQ("awq", true),
    FP8("fp8", true),
    GGUF("gguf", false);

    private static final List<String> BITSANDBYTES_SCHEMES = List.of("nf4", "fp4", "llm_int8");

    private final String spelling;
    private final boolean runtime;

    Layout(String spelling, boolean runtime) {
        this.spelling = spelling;
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
        String name = SchemeCatalog.parse(scheme).name().toLowerCase(Locale.ROOT);
        if (name.matches("int\\d+")) {
            return PARQUET;
        }
        if (name.matches("w\\d+a\\d+.*|nvfp4(a16)?|mxfp[48](a16)?|fp8.*")) {
            // ggml has types of its own called MXFP4 and NVFP4; the catalog knows which one is meant.
            String family = SchemeCatalog.familyOf(SchemeCatalog.parse(scheme));
            return family.equals(COMPRESSED_TENSORS.spelling) ? COMPRESSED_TENSORS : GGUF;
        }
        if (BITSANDBYTES_SCHEMES.contains(name)) {
            return BITSANDBYTES;
        }
        if (name.startsWith("gptq")) {
            return GPTQ;
        }
        return name.startsWith("awq") ? AWQ : GGUF;
    }

    public String spelling() {
        return spelling;
    }

    /** True when a runtime finds quantized modules by their names, so that only {@code *.weight} matrices may change. */
    public boolean isForRuntimes() {
        return runtime;
    }
}
