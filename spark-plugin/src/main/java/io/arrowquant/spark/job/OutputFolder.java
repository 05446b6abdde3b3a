package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.spark.storage.Storages;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** The output of an earlier job: where it lies and what its report says. */
record OutputFolder(Storages.Located place, Report report) {
    static OutputFolder open(String path, Configuration configuration) throws IOException {
        Storages.Located place = Storages.locate(path, configuration);
        return new OutputFolder(place, ReportFile.read(place.storage(), place.path()));
    }

    /** True when a path holds the table of a quantize job. */
    static boolean isTable(String path, Configuration configuration) throws IOException {
        Storages.Located place = Storages.locate(path, configuration);
        return ReportFile.exists(place.storage(), place.path())
                && ReportFile.read(place.storage(), place.path()).layout().equals(Report.PARQUET);
    }

    void requireTable() {
        if (!report.layout().equals(Report.PARQUET)) {
            throw new InvalidRequestException(
                    "'" + Printable.text(place.path()) + "' has layout " + Printable.text(report.layout())
                            + ", but only quantized tables (layout parquet) can be dequantized",
                    "Name the output of arrowquant quantize");
        }
    }
}
