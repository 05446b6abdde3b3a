package io.arrowquant.spark.job;

import java.util.Locale;

/** Names of the directories of an output, {@code scheme=LABEL}, escaped as Hive escapes partition values. */
final class SchemeDirectory {
    static final String PREFIX = "scheme=";

    /** What Hive, and Spark after it, escape in values. */
    private static final String ESCAPED = "\"#%'*/:=?\\{[]^\u007f";

    private SchemeDirectory() {}

    static String of(String label) {
        StringBuilder name = new StringBuilder(PREFIX);
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            if (c < ' ' || ESCAPED.indexOf(c) >= 0) {
                name.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            } else {
                name.append(c);
            }
        }
        return name.toString();
    }
}
