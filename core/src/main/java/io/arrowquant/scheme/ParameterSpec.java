package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import java.util.List;
import java.util.Locale;

/** A parameter of a scheme: its name, default, and what it may be. Values are kept in canonical lower-case text. */
public record ParameterSpec(String name, String defaultValue, Kind kind, List<String> choices, String meaning) {
    /** What a value must look like. */
    public enum Kind {
        POSITIVE_INTEGER,
        BOOLEAN,
        CHOICE
    }

    public static ParameterSpec positive(String name, int defaultValue, String meaning) {
        return new ParameterSpec(name, Integer.toString(defaultValue), Kind.POSITIVE_INTEGER, List.of(), meaning);
    }

    public static ParameterSpec flag(String name, boolean defaultValue, String meaning) {
        return new ParameterSpec(name, Boolean.toString(defaultValue), Kind.BOOLEAN, List.of("true", "false"), meaning);
    }

    /** One of several words; the first is the default. */
    public static ParameterSpec choice(String name, List<String> choices, String meaning) {
        return new ParameterSpec(name, choices.get(0), Kind.CHOICE, choices, meaning);
    }

    /** The allowed values in words. */
    public String range() {
        return kind == Kind.POSITIVE_INTEGER ? "1 to " + Integer.MAX_VALUE : String.join(", ", choices);
    }

    /** The value in canonical form, or an error that says what is allowed. */
    String canonical(String scheme, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (kind == Kind.POSITIVE_INTEGER) {
            try {
                int number = Integer.parseInt(lower);
                if (number > 0) {
                    return Integer.toString(number);
                }
            } catch (NumberFormatException notANumber) {
                throw invalid(scheme, value, notANumber);
            }
            throw invalid(scheme, value, null);
        }
        if (!choices.contains(lower)) {
            throw invalid(scheme, value, null);
        }
        return lower;
    }

    private InvalidRequestException invalid(String scheme, String value, Throwable cause) {
        return new InvalidRequestException(
                "Invalid " + name + ": " + Printable.text(value) + " for scheme " + scheme,
                "Must be " + range(),
                cause);
    }
}
