package io.arrowquant.json;

import com.fasterxml.jackson.core.JacksonException;
import io.arrowquant.error.Printable;
import java.util.regex.Pattern;

/** What is wrong with a text that is no JSON, in words for whoever wrote the text and not for who calls the parser. */
public final class JsonProblem {
    /** Where something begins that does not end. */
    private static final Pattern PLACE = Pattern.compile("\\[Source: .*?; line: (\\d+), column: (\\d+)\\]");

    /** The parser's own methods, which set limits and allow more. */
    private static final Pattern METHODS = Pattern.compile(", from `[^`]*`|: enable `[^`]*` to allow");

    private JsonProblem() {}

    /** In one line. */
    public static String of(JacksonException malformed) {
        String message = PLACE.matcher(malformed.getOriginalMessage()).replaceAll("line $1, column $2");
        return Printable.text(
                METHODS.matcher(message).replaceAll("").lines().findFirst().orElse(""));
    }
}
