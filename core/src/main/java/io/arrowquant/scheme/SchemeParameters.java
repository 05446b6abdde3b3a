package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parameters of one scheme, checked, with defaults filled in. */
public final class SchemeParameters implements Serializable {
    private static final long serialVersionUID = 1L;

    private final LinkedHashMap<String, String> values;
    private final LinkedHashMap<String, String> changed;

    private SchemeParameters(LinkedHashMap<String, String> values, LinkedHashMap<String, String> changed) {
        this.values = values;
        this.changed = changed;
    }

    static SchemeParameters resolve(String scheme, List<ParameterSpec> specs, Map<String, String> given) {
        LinkedHashMap<String, String> values = new LinkedHashMap<>();
        LinkedHashMap<String, String> changed = new LinkedHashMap<>();
        TreeMap<String, String> left = new TreeMap<>(given);
        for (ParameterSpec spec : specs) {
            String text = left.remove(spec.name());
            String value = text == null ? spec.defaultValue() : spec.canonical(scheme, text);
            values.put(spec.name(), value);
            if (!value.equals(spec.defaultValue())) {
                changed.put(spec.name(), value);
            }
        }
        if (!left.isEmpty()) {
            throw InvalidRequestException.unknown(
                    "parameter of scheme " + scheme,
                    left.firstKey(),
                    specs.stream().map(ParameterSpec::name).toList());
        }
        return new SchemeParameters(values, changed);
    }

    public int integer(String name) {
        return Integer.parseInt(values.get(name));
    }

    public boolean flag(String name) {
        return Boolean.parseBoolean(values.get(name));
    }

    public String text(String name) {
        return values.get(name);
    }

    /** The canonical spelling: the name, then the parameters that differ from their defaults in catalog order. */
    public String spelling(String name) {
        return spelling(name, changed);
    }

    /** The spelling without one parameter, for tables that show it in a column of its own. */
    public String spellingWithout(String name, String parameter) {
        Map<String, String> rest = new LinkedHashMap<>(changed);
        rest.remove(parameter);
        return spelling(name, rest);
    }

    private static String spelling(String name, Map<String, String> shown) {
        if (shown.isEmpty()) {
            return name;
        }
        StringBuilder text = new StringBuilder(name).append('(');
        String separator = "";
        for (Map.Entry<String, String> parameter : shown.entrySet()) {
            text.append(separator).append(parameter.getKey()).append('=').append(parameter.getValue());
            separator = ",";
        }
        return text.append(')').toString();
    }
}
