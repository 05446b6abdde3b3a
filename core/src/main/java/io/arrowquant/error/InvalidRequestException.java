package io.arrowquant.error;

import java.util.Collection;

/** The request cannot be carried out as it stands: an unknown option, a missing column, an output that exists. */
public final class InvalidRequestException extends ArrowQuantException {
    private static final long serialVersionUID = 1L;

    public InvalidRequestException(String message) {
        super(message, "", null);
    }

    public InvalidRequestException(String message, String remedy) {
        super(message, remedy, null);
    }

    public InvalidRequestException(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }

    /** An unknown name, with the nearest of the names that exist. {@code what} is e.g. "scheme" or "option". */
    public static InvalidRequestException unknown(String what, String given, Collection<String> known) {
        String nearest = NearestName.of(given, known);
        String suggestion = nearest == null ? "" : "Did you mean '" + nearest + "'? ";
        return new InvalidRequestException(
                "Unknown " + what + " '" + Printable.text(given) + "'",
                suggestion + "Known: " + String.join(", ", known));
    }
}
