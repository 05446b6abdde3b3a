package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import java.util.List;
import java.util.Locale;

/** What becomes of NaN and infinities. */
public enum NonFinite {
    /** An error that names the layer and the index. */
    ERROR,
    /** Infinities become the largest finite magnitude of their group, NaN becomes zero; both are counted. */
    CLAMP;

    /** As recipes spell them. */
    public static final List<String> NAMES = List.of("error", "clamp");

    public static NonFinite of(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "error" -> ERROR;
            case "clamp" -> CLAMP;
            default -> throw InvalidRequestException.unknown("on_non_finite", name, NAMES);
        };
    }
}
