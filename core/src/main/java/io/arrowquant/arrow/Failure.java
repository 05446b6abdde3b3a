package io.arrowquant.arrow;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.error.ResourceException;

/**
 * An error taken apart, so that it can be put together again in another language.
 *
 * @param row of the layer in its table, or -1
 * @param layer its name, or null
 * @param index of the element, or of the byte in a file, or -1
 * @param reason what is wrong, without the layer and the remedy
 * @param remedy what to do about it, or an empty string
 * @param message all of it as one text
 * @param file the file, or null
 */
public record Failure(
        long row, String layer, Kind kind, long index, String reason, String remedy, String message, String file) {
    /** What can go wrong. */
    public enum Kind {
        VALIDATION,
        INVALID_REQUEST,
        MALFORMED_FILE,
        QUANTIZATION,
        RESOURCE,
        CANCELLED
    }

    /** A layer whose data is not what it must be. */
    static Failure ofLayer(long row, String layer, ArrowQuantException error) {
        return error instanceof InvalidRequestException
                ? describe(row, layer, Kind.VALIDATION, -1, error, null)
                : of(row, layer, error);
    }

    /** An error of the call, or of a layer in it. */
    public static Failure of(long row, String layer, ArrowQuantException error) {
        if (error instanceof QuantizationException bad) {
            String name = bad.layer() == null ? layer : bad.layer();
            return new Failure(
                    row, name, Kind.QUANTIZATION, bad.index(), bad.reason(), bad.remedy(), bad.getMessage(), null);
        }
        if (error instanceof MalformedFileException bad) {
            return describe(row, bad.tensor(), Kind.MALFORMED_FILE, bad.offset(), bad, bad.file());
        }
        Kind kind = error instanceof ResourceException ? Kind.RESOURCE : Kind.INVALID_REQUEST;
        return describe(row, layer, kind, -1, error, null);
    }

    private static Failure describe(
            long row, String layer, Kind kind, long index, ArrowQuantException error, String file) {
        String reason = error.getMessage();
        if (!error.remedy().isEmpty()) {
            reason = reason.substring(0, reason.length() - error.remedy().length() - 2);
        }
        return new Failure(row, layer, kind, index, reason, error.remedy(), error.getMessage(), file);
    }
}
