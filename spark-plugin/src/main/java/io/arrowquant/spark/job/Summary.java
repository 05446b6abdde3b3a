package io.arrowquant.spark.job;

import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.storage.ByteSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The closing words of a quantize job. */
final class Summary {
    /** More rows than fit a screen help nobody; all of them are in the files beside the output. */
    private static final int MOST_ROWS = 20;

    private final QuantizeJob.Result result;

    Summary(QuantizeJob.Result result) {
        this.result = result;
    }

    void print(Streams streams) {
        printPartitions(streams);
        printQuality(streams);
        printChoice(streams);
        printTotals(streams);
    }

    private void printPartitions(Streams streams) {
        TextTable table = new TextTable(
                ">stage",
                ">partition",
                ">tensors",
                ">parameters",
                ">MB read",
                ">MB written",
                ">read ms",
                ">quantize ms",
                ">write ms",
                ">total ms",
                ">peak MB",
                ">gc ms",
                "executor",
                ">worst cosine");
        List<PartitionRecord> records = new ArrayList<>(result.records());
        records.sort(Comparator.comparingInt(PartitionRecord::stage).thenComparingInt(PartitionRecord::partition));
        for (PartitionRecord record : records.subList(0, Math.min(MOST_ROWS, records.size()))) {
            table.row(
                    record.stage(),
                    record.partition(),
                    record.tensors(),
                    Figures.count(record.parameters()),
                    megabytes(record.bytesRead()),
                    megabytes(record.bytesWritten()),
                    millis(record.readMs()),
                    millis(record.quantizeMs()),
                    millis(record.writeMs()),
                    millis(record.totalMs()),
                    megabytes(record.peakMemoryBytes()),
                    record.gcMs(),
                    record.executor(),
                    Double.isNaN(record.worstCosine()) ? "" : Figures.cosine(record.worstCosine()));
        }
        streams.line("");
        streams.line("Partitions");
        table.print(streams);
        rest(streams, records.size(), Report.METRICS_NAME);
    }

    private void printQuality(Streams streams) {
        List<Report.Tensor> measured = new ArrayList<>();
        for (Report.Tensor tensor : result.report().tensors()) {
            if (tensor.cosine() != null) {
                measured.add(tensor);
            }
        }
        if (measured.isEmpty()) {
            return;
        }
        measured.sort(Comparator.comparingDouble(Report.Tensor::cosine).thenComparing(Report.Tensor::key));
        TextTable table = new TextTable("layer", "scheme", ">cosine", ">mse", ">max abs error", ">snr dB");
        for (Report.Tensor tensor : measured.subList(0, Math.min(MOST_ROWS, measured.size()))) {
            table.row(
                    tensor.layerName(),
                    tensor.scheme(),
                    Figures.cosine(tensor.cosine()),
                    Figures.error(tensor.mse()),
                    Figures.error(tensor.maxAbsError()),
                    tensor.snrDb() == null ? "exact" : Figures.decibels(tensor.snrDb()));
        }
        streams.line("");
        streams.line("Quality, worst layers first");
        table.print(streams);
        rest(streams, measured.size(), Report.NAME);
    }

    /** What came out otherwise than the recipe says. */
    private void printChoice(Streams streams) {
        Report.Choice choice = result.report().choice();
        if (choice == null) {
            return;
        }
        List<Report.Choice.Unit> others = new ArrayList<>();
        for (Report.Choice.Unit unit : choice.units()) {
            if (!unit.chosen().equals(unit.asked())) {
                others.add(unit);
            }
        }
        streams.line("");
        if (others.isEmpty()) {
            streams.line(
                    "Chosen by what it costs: all " + choice.units().size() + " sets of layers as the recipe says");
            return;
        }
        TextTable table = new TextTable("layers", "chosen", ">bytes", ">cosine", "instead of");
        for (Report.Choice.Unit unit : others.subList(0, Math.min(MOST_ROWS, others.size()))) {
            Report.Choice.Option chosen = option(unit, unit.chosen());
            String asked = unit.asked();
            Report.Choice.Option instead = option(unit, asked);
            table.row(
                    unit.layers().size() == 1
                            ? unit.layers().get(0)
                            : unit.layers().get(0) + " and " + (unit.layers().size() - 1) + " more",
                    unit.chosen(),
                    Figures.count(chosen.bytes()),
                    chosen.cosine() == null ? "" : Figures.cosine(chosen.cosine()),
                    instead == null || instead.cosine() == null
                            ? asked
                            : asked + " with cosine " + Figures.cosine(instead.cosine()));
        }
        streams.line("Chosen by what it costs: " + (choice.units().size() - others.size()) + " of "
                + choice.units().size() + " sets of layers as the recipe says, the others with");
        table.print(streams);
        rest(streams, others.size(), Report.NAME);
    }

    private static Report.Choice.Option option(Report.Choice.Unit unit, String scheme) {
        for (Report.Choice.Option option : unit.options()) {
            if (option.scheme().equals(scheme)) {
                return option;
            }
        }
        return null;
    }

    private static void rest(Streams streams, int rows, String where) {
        if (rows > MOST_ROWS) {
            streams.line("... and " + (rows - MOST_ROWS) + " more in " + where);
        }
    }

    private void printTotals(Streams streams) {
        Report.Totals totals = result.report().totals();
        double seconds = result.report().seconds();
        streams.line("");
        streams.line(String.format(
                Locale.ROOT,
                "%d tensors (%d quantized), %s -> %s, %.3f bits per weight, in %s: %.2f GB/s",
                totals.tensors(),
                totals.quantized(),
                ByteSize.show(totals.bytesBefore()),
                ByteSize.show(totals.bytesAfter()),
                totals.bitsPerWeight(),
                Figures.seconds(seconds),
                seconds == 0 ? 0 : totals.bytesBefore() / 1e9 / seconds));
        streams.line("Output: " + result.output().path());
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1e6);
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.0f", millis);
    }
}
