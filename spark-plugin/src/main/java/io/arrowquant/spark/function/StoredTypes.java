package io.arrowquant.spark.function;

import io.arrowquant.tensor.DataType;
import java.util.regex.Pattern;

/** What the argument {@code dtype} means. */
final class StoredTypes {
    /** Block types of gguf files, e.g. Q4_K, IQ2_XS, TQ1_0, MXFP4: readable as floats only, so they say nothing more. */
    private static final Pattern BLOCK_TYPE = Pattern.compile("(?:Q|IQ|TQ|MXFP|NVFP)[0-9]\\w*");

    private StoredTypes() {}

    /** The stored type with this name, or null when none is named or the values were dequantized from blocks. */
    static DataType named(String name) {
        if (name == null
                || (DataType.find(name) == null && BLOCK_TYPE.matcher(name).matches())) {
            return null;
        }
        return DataType.of(name);
    }
}
