package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import java.util.List;
import java.util.Locale;

/** What becomes of a row that cannot be quantized: the argument {@code on_error}. */
final class OnError {
    private static final String FAIL = "fail";
    private static final String QUARANTINE = "quarantine";

    private OnError() {}

    /** True when the row is to carry its error instead of failing the query. */
    static boolean isQuarantine(String name) {
        if (name == null || name.equalsIgnoreCase(FAIL)) {
            return false;
        }
        if (name.equalsIgnoreCase(QUARANTINE)) {
            return true;
        }
        throw InvalidRequestException.unknown(
                Arguments.ON_ERROR, name.toLowerCase(Locale.ROOT), List.of(FAIL, QUARANTINE));
    }
}
