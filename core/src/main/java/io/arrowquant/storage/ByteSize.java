package io.arrowquant.storage;

import io.arrowquant.error.InvalidRequestException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes as people write them: {@code 500MB} and {@code 4.5GB} are decimal, {@code 4m}, {@code 4MiB} and so on binary. What a
 * fraction leaves of a byte is dropped.
 */
public final class ByteSize {
    /** What a size looks like, as a regular expression of Java and of JSON schemas. */
    public static final String FORM =
            "^\\s*([0-9]{1,19}(?:\\.[0-9]{1,19})?)\\s*((?:[kKmMgGtT](?:[iI]?[bB])?|[bB])?)\\s*$";

    private static final Pattern PATTERN = Pattern.compile(FORM);

    private ByteSize() {}

    /** The number of bytes; {@code option} names the option in errors. */
    public static long parse(String option, String text) {
        Matcher form = PATTERN.matcher(text);
        if (form.matches()) {
            long unit = unit(form.group(2).toLowerCase(Locale.ROOT));
            BigDecimal number = new BigDecimal(form.group(1));
            // Half a byte is a slip of the pen.
            if (unit > 1 || number.scale() == 0) {
                BigInteger bytes = number.multiply(BigDecimal.valueOf(unit)).toBigInteger();
                if (bytes.bitLength() < Long.SIZE) {
                    return bytes.longValue();
                }
            }
        }
        throw new InvalidRequestException(
                "Invalid " + option + ": '" + text + "'", "Write bytes, or a size such as 64MiB or 4.5GB");
    }

    private static long unit(String suffix) {
        return switch (suffix) {
            case "", "b" -> 1L;
            case "kb" -> 1_000L;
            case "mb" -> 1_000_000L;
            case "gb" -> 1_000_000_000L;
            case "tb" -> 1_000_000_000_000L;
            case "k", "kib" -> 1L << 10;
            case "m", "mib" -> 1L << 20;
            case "g", "gib" -> 1L << 30;
            case "t", "tib" -> 1L << 40;
            default -> throw new IllegalArgumentException(suffix);
        };
    }

    /** A size for people, in binary units. */
    public static String show(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double size = bytes;
        int unit = 0;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, units[unit]);
    }
}
