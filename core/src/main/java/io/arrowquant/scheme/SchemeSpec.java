package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A scheme as it is written: a name and parameters, both in lower or upper case. Not yet checked against anything. */
public record SchemeSpec(String name, Map<String, String> parameters) {
    private static final int LONGEST = 1000;
    private static final Pattern FORM = Pattern.compile("\\s*([A-Za-z0-9_.+-]+)\\s*(?:\\(([^()]*)\\))?\\s*");
    private static final Pattern ASSIGNMENT = Pattern.compile("\\s*([A-Za-z_]+)\\s*=\\s*([^\\s,=]+)\\s*");

    /** Parses {@code NAME} or {@code NAME(key=value, ...)}. */
    public static SchemeSpec parse(String text) {
        if (text == null || text.isBlank()) {
            throw new InvalidRequestException("The scheme is empty", "Write NAME or NAME(key=value, ...), e.g. int4");
        }
        Matcher form = text.length() > LONGEST ? null : FORM.matcher(text);
        if (form == null || !form.matches()) {
            throw malformed(text);
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        String list = form.group(2);
        if (list != null && !list.isBlank()) {
            for (String item : list.split(",", -1)) {
                Matcher assignment = ASSIGNMENT.matcher(item);
                if (!assignment.matches()) {
                    throw malformed(text);
                }
                String key = assignment.group(1).toLowerCase(Locale.ROOT);
                if (parameters.put(key, assignment.group(2)) != null) {
                    throw new InvalidRequestException(
                            "Scheme '" + Printable.text(text) + "' gives parameter '" + key + "' twice");
                }
            }
        }
        return new SchemeSpec(form.group(1), parameters);
    }

    /** The same scheme with more parameters, which must not be given already with another value. */
    public SchemeSpec with(Map<String, String> more) {
        Map<String, String> merged = new LinkedHashMap<>(parameters);
        for (Map.Entry<String, String> extra : more.entrySet()) {
            String key = extra.getKey().toLowerCase(Locale.ROOT);
            String earlier = merged.put(key, extra.getValue());
            if (earlier != null && !earlier.equalsIgnoreCase(extra.getValue())) {
                throw new InvalidRequestException("Parameter '" + key + "' of scheme '" + name + "' is given as "
                        + earlier + " and as " + extra.getValue());
            }
        }
        return new SchemeSpec(name, merged);
    }

    private static InvalidRequestException malformed(String text) {
        return new InvalidRequestException(
                "Cannot read scheme '" + Printable.text(text) + "'",
                "Write NAME or NAME(key=value, ...), e.g. int4(group_size=64,symmetric=true)");
    }
}
