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

    /** The output of an earlier job, or null when nothing at this path says that it is one. */
    static OutputFolder find(String path, Configuration configuration) throws IOException {
        Storages.Located place = Storages.locate(path, configuration);
        return ReportFile.exists(place.storage(), place.path())
                ? new OutputFolder(place, ReportFile.read(place.storage(), place.path()))
                : null;
    }

    /** True for the table of a quantize job. */
    boolean isTable() {
        return report.layout().equals(Report.PARQUET);
    }

    void requireTable() {
        if (!isTable()) {
            throw new InvalidRequestException(
                    "'" + Printable.text(place.path()) + "' has layout " + Printable.text(report.layout())
                            + ", but only quantized tables (layout parquet) can be dequantized",
                    "Name the output of arrowquant quantize");
        }
    }
}
