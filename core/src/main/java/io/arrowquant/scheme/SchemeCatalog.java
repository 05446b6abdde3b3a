package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.bitsandbytes.BitsAndBytesFamily;
import io.arrowquant.scheme.compressed.CompressedFamily;
import io.arrowquant.scheme.ggml.GgmlFamily;
import io.arrowquant.scheme.hqq.HqqFamily;
import io.arrowquant.scheme.integer.IntegerFamily;
import io.arrowquant.scheme.packed.PackedFamily;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every scheme there is, by name. Names and parameters are found whatever their case. */
public final class SchemeCatalog {
    private static final List<SchemeFamily> FAMILIES = List.of(
            new IntegerFamily(),
            new CompressedFamily(),
            new BitsAndBytesFamily(),
            new PackedFamily(),
            new HqqFamily(),
            new GgmlFamily());
    private static final Map<String, SchemeEntry> ENTRIES = new LinkedHashMap<>();
    private static final List<String> NAMES = new ArrayList<>();

    static {
        for (SchemeFamily family : FAMILIES) {
            for (SchemeEntry entry : family.entries()) {
                NAMES.add(entry.name());
                register(entry.name(), entry);
                entry.aliases().forEach(alias -> register(alias, entry));
            }
        }
    }

    private SchemeCatalog() {}

    private static void register(String name, SchemeEntry entry) {
        if (ENTRIES.put(name.toLowerCase(Locale.ROOT), entry) != null) {
            throw new IllegalStateException("two schemes are called " + name);
        }
    }

    /** All entries, each once, in catalog order. */
    public static Collection<SchemeEntry> entries() {
        List<SchemeEntry> entries = new ArrayList<>();
        for (String name : NAMES) {
            entries.add(ENTRIES.get(name.toLowerCase(Locale.ROOT)));
        }
        return entries;
    }

    /** The scheme that {@code NAME} or {@code NAME(key=value, ...)} means. */
    public static Scheme parse(String text) {
        return of(SchemeSpec.parse(text));
    }

    public static Scheme of(SchemeSpec spec) {
        SchemeEntry entry = ENTRIES.get(spec.name().toLowerCase(Locale.ROOT));
        if (entry == null) {
            throw InvalidRequestException.unknown("scheme", spec.name(), NAMES);
        }
        return entry.factory().apply(SchemeParameters.resolve(entry.name(), entry.parameters(), spec.parameters()));
    }

    /** The family a scheme belongs to, as the catalog calls it. */
    public static String familyOf(Scheme scheme) {
        return ENTRIES.get(scheme.name().toLowerCase(Locale.ROOT)).family();
    }

    /** The name of the integer scheme of a width: what {@code bit_width=4} means. */
    public static String nameOfBitWidth(int bitWidth) {
        return switch (bitWidth) {
            case 2 -> "int2";
            case 4 -> "int4";
            case 8 -> "int8";
            default -> throw new InvalidRequestException("Invalid bit_width: " + bitWidth + ". Must be 2, 4, or 8");
        };
    }
}
