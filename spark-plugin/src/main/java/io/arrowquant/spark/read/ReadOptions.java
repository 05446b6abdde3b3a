package io.arrowquant.spark.read;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.storage.ByteSize;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The options of {@code format("safetensors")} when reading.
 *
 * @param splitBytes stored bytes a row aims at
 * @param maxPartitionBytes a tensor up to this size stays in one partition
 * @param wholeTensors one row for each tensor, whatever its size
 * @param groupSize ranges also begin at multiples of this
 * @param scheme when not null, the rows are the quantized tensors
 * @param skip patterns of tensors that stay as they are, with {@code scheme}
 * @param layers schemes for single layers, {@code pattern=scheme}, with {@code scheme}
 * @param defaults whether the built-in keeps apply, with {@code scheme}
 * @param quality whether errors are measured on the way, with {@code scheme}
 */
public record ReadOptions(
        long splitBytes,
        long maxPartitionBytes,
        boolean wholeTensors,
        long groupSize,
        String scheme,
        List<String> skip,
        List<String> layers,
        boolean defaults,
        boolean quality,
        NonFinite nonFinite)
        implements Serializable {

    public static final long DEFAULT_SPLIT_BYTES = 4L << 20;
    public static final long DEFAULT_MAX_PARTITION_BYTES = 512L << 20;

    private static final String SPLIT_BYTES = "splitBytes";
    private static final String MAX_PARTITION_BYTES = "maxPartitionBytes";
    private static final String WHOLE_TENSORS = "wholeTensors";
    private static final String GROUP_SIZE = "groupSize";
    private static final String SCHEME = "scheme";
    private static final String SKIP = "skip";
    private static final String LAYERS = "layers";
    private static final String DEFAULTS = "defaults";
    private static final String QUALITY = "quality";
    private static final String ON_NON_FINITE = "on_non_finite";

    /** Every option by name, with its default and meaning: the options table of the documentation. */
    public static final List<List<String>> TABLE = List.of(
            List.of(SPLIT_BYTES, "4MiB", "stored bytes a row aims at; whole rows of the tensor where they fit"),
            List.of(MAX_PARTITION_BYTES, "512MiB", "a tensor up to this size stays in one partition"),
            List.of(WHOLE_TENSORS, "false", "one row for each tensor, up to Spark's limit of 2 GiB a value"),
            List.of(GROUP_SIZE, "4096", "ranges begin at multiples of this, too"),
            List.of(SCHEME, "", "emit the tensors quantized with this scheme instead of the stored ones"),
            List.of(SKIP, "", "with scheme: patterns of tensors that stay as they are, separated by ';'"),
            List.of(LAYERS, "", "with scheme: pattern=scheme for single layers, separated by ';'"),
            List.of(DEFAULTS, "true", "with scheme: keep embeddings, heads, norms, routers, biases as they are"),
            List.of(QUALITY, "false", "with scheme: measure the error of every layer on the way"),
            List.of(ON_NON_FINITE, "error", "with scheme: error or clamp"));

    /** Names Spark itself puts among a source's options. */
    private static final List<String> OF_SPARK = List.of("path", "paths", "inferschema", "mergeschema");

    /** Options that writes take; one table serves both, and Spark hands either all options. */
    private static final List<String> OF_WRITES = List.of("maxshardbytes", "max_shard_size", "source");

    public static ReadOptions parse(Map<String, String> options) {
        Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        given.putAll(options);
        refuseUnknown(given);
        return new ReadOptions(
                positive(SPLIT_BYTES, size(given, SPLIT_BYTES, DEFAULT_SPLIT_BYTES)),
                positive(MAX_PARTITION_BYTES, size(given, MAX_PARTITION_BYTES, DEFAULT_MAX_PARTITION_BYTES)),
                flag(given, WHOLE_TENSORS, false),
                positive(GROUP_SIZE, count(given, GROUP_SIZE, 1)),
                given.get(SCHEME),
                list(given.get(SKIP)),
                list(given.get(LAYERS)),
                flag(given, DEFAULTS, true),
                flag(given, QUALITY, false),
                NonFinite.of(given.getOrDefault(ON_NON_FINITE, "error")));
    }

    private static void refuseUnknown(Map<String, String> given) {
        List<String> known = new ArrayList<>();
        for (List<String> row : TABLE) {
            known.add(row.get(0));
        }
        for (String name : given.keySet()) {
            String lower = name.toLowerCase(Locale.ROOT);
            // Names with a dot configure the file system, e.g. fs.s3a.endpoint.
            boolean foreign = name.contains(".") || name.startsWith("__");
            if (!foreign
                    && !OF_SPARK.contains(lower)
                    && !OF_WRITES.contains(lower)
                    && known.stream().noneMatch(name::equalsIgnoreCase)) {
                throw InvalidRequestException.unknown("option", name, known);
            }
        }
    }

    private static long size(Map<String, String> given, String name, long otherwise) {
        String text = given.get(name);
        return text == null ? otherwise : ByteSize.parse(name, text);
    }

    private static long count(Map<String, String> given, String name, long otherwise) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException notANumber) {
            throw new InvalidRequestException(
                    "Invalid " + name + ": '" + text + "'", "Must be a positive whole number", notANumber);
        }
    }

    private static long positive(String name, long value) {
        if (value <= 0) {
            throw new InvalidRequestException("Invalid " + name + ": " + value, "Must be a positive whole number");
        }
        return value;
    }

    private static boolean flag(Map<String, String> given, String name, boolean otherwise) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new InvalidRequestException("Invalid " + name + ": '" + text + "'", "Must be true or false");
        };
    }

    private static List<String> list(String text) {
        List<String> items = new ArrayList<>();
        if (text != null) {
            for (String item : text.split(";", -1)) {
                if (!item.isBlank()) {
                    items.add(item.trim());
                }
            }
        }
        return List.copyOf(items);
    }
}
