package io.arrowquant.scheme.ggml;

import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** The catalog entries of the ggml types. */
public final class GgmlFamily implements SchemeFamily {
    @Override
    public List<SchemeEntry> entries() {
        List<SchemeEntry> entries = new ArrayList<>();
        for (GgmlType type : GgmlType.values()) {
            entries.add(new SchemeEntry(
                    type.name(),
                    "ggml",
                    List.of(),
                    List.of(),
                    summary(type),
                    bitsPerWeight(type),
                    outputs(type),
                    constraints(type),
                    "no",
                    parameters -> new GgmlScheme(type)));
        }
        return entries;
    }

    private static String summary(GgmlType type) {
        return type.summary()
                + (type.importance() == GgmlType.Importance.IGNORED ? "" : "; can use an importance matrix");
    }

    private static String bitsPerWeight(GgmlType type) {
        return BigDecimal.valueOf(8.0 * type.blockBytes() / type.blockElements())
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String outputs(GgmlType type) {
        if (type.blockElements() == 1) {
            return type.partSuffix() + " " + type.partType() + " [same shape]";
        }
        return type.partSuffix() + " " + type.partType() + " [..., columns/" + type.blockElements() + "*"
                + type.blockBytes() + "]";
    }

    private static String constraints(GgmlType type) {
        return type.blockElements() == 1 ? "none" : "columns must be a multiple of " + type.blockElements();
    }
}
