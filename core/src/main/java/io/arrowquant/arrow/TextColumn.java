package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.util.MemoryUtil;

/** A column of strings, plain, large, viewed, or by dictionary. */
final class TextColumn {
    private final ForeignArray array;
    private final Elements strings;

    TextColumn(ForeignArray array, String column) {
        this.array = array;
        ForeignArray values = array.dictionary() == null ? array : array.dictionary();
        String format = values.type().format();
        boolean text = format.equals("u") || format.equals("U") || format.equals("vu");
        if (!text && !format.equals("n")) {
            throw new InvalidRequestException(
                    "Column '" + column + "' has type " + array.type().describe() + ". Must be string");
        }
        this.strings = text ? Elements.of(values) : null;
    }

    /** The string of a row, or null. */
    String get(long row) {
        if (array.isNull(row)) {
            return null;
        }
        long at = array.dictionary() == null ? row : array.integer(row);
        if (array.dictionary() != null && (at < 0 || at >= array.dictionary().length())) {
            throw new InvalidRequestException("A dictionary has no entry " + at);
        }
        if (strings == null || strings.isNull(at)) {
            return null;
        }
        byte[] bytes = new byte[Math.toIntExact(strings.count(at))];
        if (bytes.length > 0) {
            MemoryUtil.copyFromMemory(strings.address(at), bytes, 0, bytes.length);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
