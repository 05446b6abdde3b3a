package io.arrowquant.spark.job;

import io.arrowquant.spark.storage.Storages;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** Copies of a report, where they were asked for as well. The output is published by then. */
final class ReportCopies {
    /** What an output is called whose path ends in no name. */
    private static final String NAMELESS = "output";

    private ReportCopies() {}

    /**
     * Where the copies of each of several outputs go: those of the first into the directory itself, of any other into one
     * below that is called as the output, with a number where outputs are called the same.
     */
    static List<String> directories(String directory, List<String> outputs) {
        List<String> directories = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (String output : outputs) {
            if (directories.isEmpty()) {
                directories.add(directory);
                continue;
            }
            String name = nameOf(output);
            String free = name;
            // Not all file systems tell large letters from small ones.
            for (int number = 2; !taken.add(free.toLowerCase(Locale.ROOT)); number++) {
                free = name + "-" + number;
            }
            directories.add(directory + (directory.endsWith("/") ? "" : "/") + free);
        }
        return directories;
    }

    private static String nameOf(String output) {
        String path = output;
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        return name.isEmpty() || name.equals(".") || name.equals("..") ? NAMELESS : name;
    }

    /** {@code directory} may be null for none. */
    static void write(String directory, Configuration configuration, byte[] report, byte[] metrics) throws IOException {
        if (directory == null) {
            return;
        }
        Storages.Located target = Storages.locate(directory, configuration);
        for (Map.Entry<String, byte[]> copy :
                Map.of(Report.NAME, report, Report.METRICS_NAME, metrics).entrySet()) {
            String path = target.storage().child(target.path(), copy.getKey());
            target.storage().delete(path);
            try (OutputStream out = target.storage().create(path)) {
                out.write(copy.getValue());
            }
        }
    }
}
