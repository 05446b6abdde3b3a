package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** An output that a job asked to resume finds complete: there is nothing left to do, if it is what would be made. */
final class CompleteOutput {
    private CompleteOutput() {}

    /** The result of the job that made it, or null when there is no output yet; refuses one that was made otherwise. */
    static QuantizeJob.Result find(JobPlan plan, Storages.Located output) throws IOException {
        if (!plan.request().resume()
                || plan.request().overwrite()
                || !ReportFile.exists(output.storage(), output.path())) {
            return null;
        }
        Report report = ReportFile.read(output.storage(), output.path());
        String difference = difference(plan, report);
        if (difference != null) {
            throw new InvalidRequestException(
                    "The output '" + Printable.text(output.path()) + "' is complete, but " + difference,
                    "Use --overwrite to replace it, or choose another directory");
        }
        return new QuantizeJob.Result(report, List.of(), output);
    }

    /** Clears away what lies beside it, and lets its report be where this run was asked to put it. */
    static void tidy(JobPlan plan, Storages.Located output, Configuration configuration) throws IOException {
        Storage storage = output.storage();
        OutputClaim.clearLeftovers(storage, output.path());
        if (plan.request().reportDirectory() != null) {
            ReportCopies.write(
                    plan.request().reportDirectory(),
                    configuration,
                    read(storage, storage.child(output.path(), Report.NAME)),
                    read(storage, storage.child(output.path(), Report.METRICS_NAME)));
        }
    }

    private static byte[] read(Storage storage, String path) throws IOException {
        try (RangeReader reader = storage.open(path)) {
            return reader.readAll();
        }
    }

    private static String difference(JobPlan plan, Report report) {
        if (report.source() == null || !plan.sources().equals(report.source().files())) {
            return "it was made of other files, or the source has changed since";
        }
        if (!plan.layoutName().equals(report.layout()) || !sameSettings(plan.asked(), report.recipe())) {
            return "it was made with other settings";
        }
        if (report.software() == null
                || !Versions.arrowQuant().equals(report.software().arrowquant())) {
            return "it was made by another version of ArrowQuant";
        }
        return null;
    }

    /** As text, since numbers that were read from a file may have other types. */
    private static boolean sameSettings(Report.Asked asked, Report.Asked before) {
        return before != null
                && before.settings() != null
                && asked.settings().toString().equals(before.settings().toString());
    }
}
