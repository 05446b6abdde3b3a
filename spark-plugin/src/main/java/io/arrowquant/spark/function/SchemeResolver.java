package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the scheme that the arguments of a row ask for. Schemes may differ from row to row, but rarely do: what was
 * found before is not parsed again.
 */
final class SchemeResolver {
    static final String DEFAULT = "int4";

    /** Not a scheme: the values stay as they are. */
    static final String KEEP = "keep";

    private static final int MOST_REMEMBERED = 64;

    /** The arguments that a scheme is made of: scheme, bit_width and the parameters. */
    private final List<String> names = new ArrayList<>();

    private final ArgumentValues values;
    private final Map<List<String>, Scheme> remembered = new HashMap<>();
    private String[] lastTexts = {};
    private Scheme last;

    SchemeResolver(List<String> argumentNames, ArgumentValues values) {
        names.add(Arguments.SCHEME);
        names.add(Arguments.BIT_WIDTH);
        for (String name : argumentNames) {
            if (Arguments.isSchemeParameter(name)) {
                names.add(name);
            }
        }
        this.values = values;
    }

    /** The scheme of the current row, or null when the row is to be kept as it is. */
    Scheme resolve() {
        String[] texts = new String[names.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = values.text(names.get(i));
        }
        if (KEEP.equalsIgnoreCase(texts[0])) {
            return null;
        }
        if (!Arrays.equals(texts, lastTexts)) {
            List<String> key = Arrays.asList(texts);
            Scheme scheme = remembered.get(key);
            if (scheme == null) {
                scheme = parse(texts);
                if (remembered.size() == MOST_REMEMBERED) {
                    remembered.clear();
                }
                remembered.put(key, scheme);
            }
            last = scheme;
            lastTexts = texts;
        }
        return last;
    }

    private Scheme parse(String[] texts) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 2; i < texts.length; i++) {
            if (texts[i] != null) {
                parameters.put(names.get(i), texts[i]);
            }
        }
        return SchemeCatalog.of(named(texts[0], texts[1]).with(parameters));
    }

    private static SchemeSpec named(String scheme, String bitWidth) {
        if (bitWidth == null) {
            return SchemeSpec.parse(scheme == null ? DEFAULT : scheme);
        }
        String nameOfWidth = SchemeCatalog.nameOfBitWidth(Integer.parseInt(bitWidth));
        if (scheme == null) {
            return SchemeSpec.parse(nameOfWidth);
        }
        SchemeSpec spec = SchemeSpec.parse(scheme);
        if (!spec.name().equalsIgnoreCase(nameOfWidth)) {
            throw new InvalidRequestException(
                    "bit_width " + bitWidth + " means scheme " + nameOfWidth + ", but the scheme given is " + scheme,
                    "Give one of them");
        }
        return spec;
    }
}
