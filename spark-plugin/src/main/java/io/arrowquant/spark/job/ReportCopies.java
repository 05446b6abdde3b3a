package io.arrowquant.spark.job;

import io.arrowquant.spark.storage.Storages;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** Copies of a report, where they were asked for as well. The output is published by then. */
final class ReportCopies {
    private ReportCopies() {}

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
