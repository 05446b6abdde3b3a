package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.Setting;
import io.arrowquant.recipe.SettingText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The options of the sources {@code arrowquant-job} and {@code arrowquant-plan}: those of the command line, in any case and
 * with or without underscores. Lists are separated by line breaks or, on one line, by semicolons.
 */
final class SourceOptions {
    private static final List<String> OF_JOBS =
            List.of("input", "output", "recipe", "default_scheme", "also", "layers", "overwrite", "resume", "report");

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
            case "recipe" -> settings.recipe = value;
            case "defaultscheme" -> settings.defaultScheme = value;
            case "also" -> settings.addAlso(SettingText.list(value));
            case "layers" -> settings.addLayers(SettingText.list(value));
            case "overwrite" -> settings.overwrite = flag(name, value);
            case "resume" -> settings.resume = flag(name, value);
            case "report" -> settings.reportDirectory = value;
            default -> {
                Setting setting = Setting.find(name);
                if (setting != null) {
                    settings.set(setting, value);
                } else if (name.indexOf('.') < 0) {
                    // Names with a dot configure the file system, e.g. fs.s3a.endpoint.
                    List<String> known = new ArrayList<>(OF_JOBS);
                    known.addAll(Setting.keys());
                    throw InvalidRequestException.unknown("option", name, known);
                }
            }
        }
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    private static boolean flag(String name, String value) {
        Boolean flag = SettingText.flag(value);
        if (flag == null) {
            throw new InvalidRequestException("Invalid " + name + ": '" + value + "'", "Must be true or false");
        }
        return flag;
    }
}
