package io.arrowquant.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How lists and flags are written where there is only text: options of sources, environment variables. */
public final class SettingText {
    private SettingText() {}

    /** The items of a list, which are separated by line breaks or, on one line, by semicolons. */
    public static List<String> list(String text) {
        List<String> items = new ArrayList<>();
        for (String item : text.split(text.indexOf('\n') >= 0 ? "\n" : ";", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return List.copyOf(items);
    }

    /** What a flag says; null when it says neither. */
    public static Boolean flag(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> Boolean.TRUE;
            case "false", "0", "no", "off" -> Boolean.FALSE;
            default -> null;
        };
    }
}
