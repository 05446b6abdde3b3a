package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options of the sources {@code arrowquant-job} and {@code arrowquant-plan}: those of the command line, in any case and
 * with or without underscores. Lists are separated by line breaks or, on one line, by semicolons.
 */
final class SourceOptions {
    private static final List<String> KNOWN = List.of(
            "input",
            "output",
            "scheme",
            "profile",
            "skip",
            "layers",
            "defaults",
            "group_size",
            "layout",
            "quality",
            "min_cosine",
            "on_non_finite",
            "overwrite",
            "strict",
            "max_partition_bytes",
            "max_shard_size",
            "report");

    private SourceOptions() {}

    static QuantizeSettings parse(Map<String, String> options) {
        QuantizeSettings settings = new QuantizeSettings();
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (option.getValue() != null) {
                set(settings, option.getKey(), option.getValue());
            }
        }
        return settings;
    }

    private static void set(QuantizeSettings settings, String name, String value) {
        switch (plain(name)) {
            case "input", "path" -> settings.input = value;
            case "output" -> settings.output = value;
            case "scheme" -> settings.scheme = value;
            case "profile" -> settings.profile = value;
            case "skip" -> settings.skip.addAll(list(value));
            case "layers" -> settings.layers.addAll(list(value));
            case "defaults" -> settings.defaults = flag(name, value);
            case "groupsize" -> settings.groupSize = value;
            case "layout" -> settings.layout = value;
            case "quality" -> settings.quality = flag(name, value);
            case "mincosine" -> settings.minCosine = number(name, value);
            case "onnonfinite" -> settings.onNonFinite = value;
            case "overwrite" -> settings.overwrite = flag(name, value);
            case "strict" -> settings.strict = flag(name, value);
            case "maxpartitionbytes" -> settings.maxPartitionBytes = value;
            case "maxshardsize" -> settings.maxShardSize = value;
            case "report" -> settings.reportDirectory = value;
            default -> {
                // Names with a dot configure the file system, e.g. fs.s3a.endpoint.
                if (name.indexOf('.') < 0) {
                    throw InvalidRequestException.unknown("option", name, KNOWN);
                }
            }
        }
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static List<String> list(String text) {
        List<String> items = new ArrayList<>();
        for (String item : text.split(text.indexOf('\n') >= 0 ? "\n" : ";", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }

    private static boolean flag(String name, String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new InvalidRequestException("Invalid " + name + ": '" + value + "'", "Must be true or false");
        };
    }

    private static double number(String name, String value) {
        try {
            return Double.parseDouble(value.strip());
        } catch (NumberFormatException notANumber) {
            throw new InvalidRequestException("Invalid " + name + ": '" + value + "'", "Must be a number", notANumber);
        }
    }
}
