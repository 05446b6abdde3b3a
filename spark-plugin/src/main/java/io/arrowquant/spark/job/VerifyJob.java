package io.arrowquant.spark.job;

import io.arrowquant.error.Printable;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** Compares an output with its report: every file and every tensor, by size and checksum. */
final class VerifyJob {
    /** What was looked at, and what is wrong with it. */
    record Result(int tensors, int files, List<String> problems) {}

    private final OutputFolder output;
    private final Configuration configuration;
    private final List<String> problems = new ArrayList<>();

    VerifyJob(OutputFolder output, Configuration configuration) {
        this.output = output;
        this.configuration = configuration;
    }

    Result run() throws IOException {
        Report report = output.report();
        try (SparkRun run = SparkRun.begin("verify " + output.place().path())) {
            Set<String> damaged = checkFiles(run);
            run.stopIfEnding();
            if (damaged.isEmpty()) {
                checkTensors(run);
            } else {
                nameTensorsIn(damaged);
            }
        }
        return new Result(report.tensors().size(), report.files().size(), List.copyOf(problems));
    }

    /** Files first: what is damaged there cannot be read as a table. Returns the names of those that are. */
    private Set<String> checkFiles(SparkRun run) throws IOException {
        Storage storage = output.place().storage();
        Map<String, FileChecksums.OutputFile> there = new HashMap<>();
        for (FileChecksums.OutputFile file :
                FileChecksums.list(storage, output.place().path())) {
            there.put(file.name(), file);
        }
        Set<String> damaged = new HashSet<>();
        List<Report.OutputFile> present = new ArrayList<>();
        List<FileChecksums.OutputFile> read = new ArrayList<>();
        for (Report.OutputFile expected : output.report().files()) {
            FileChecksums.OutputFile file = there.remove(expected.name());
            String shown = "file " + Printable.text(expected.name());
            if (file == null) {
                problems.add(shown + " is missing");
                damaged.add(expected.name());
            } else if (file.bytes() != expected.bytes()) {
                problems.add(shown + " has " + file.bytes() + " bytes instead of " + expected.bytes());
                damaged.add(expected.name());
            } else {
                present.add(expected);
                read.add(file);
            }
        }
        List<Integer> checksums = FileChecksums.compute(run.context(), configuration, read);
        for (int i = 0; i < read.size(); i++) {
            String found = Crc32c.text(checksums.get(i));
            Report.OutputFile expected = present.get(i);
            if (!found.equals(expected.crc32c())) {
                problems.add("file " + Printable.text(expected.name()) + " has CRC32C " + found + " instead of "
                        + Printable.text(expected.crc32c()));
                damaged.add(expected.name());
            }
        }
        there.remove(Report.NAME);
        for (String extra : new java.util.TreeSet<>(there.keySet())) {
            problems.add("file " + Printable.text(extra) + " does not belong to the output");
            if (isData(extra) || (isTable() && extra.indexOf('/') >= 0)) {
                // Readers would take it for data, and a directory in a table for a partition.
                damaged.add(extra);
            }
        }
        return damaged;
    }

    private boolean isTable() {
        return output.report().layout().equals(Report.PARQUET);
    }

    private static boolean isData(String file) {
        return file.startsWith(SchemeDirectory.PREFIX) || file.endsWith(".safetensors");
    }

    private void nameTensorsIn(Set<String> damaged) {
        for (Report.Tensor tensor : output.report().tensors()) {
            for (String file : tensor.outputFiles()) {
                if (damaged.contains(file)) {
                    problems.add(
                            "tensor " + tensor.key().shown() + " lies in the damaged file " + Printable.text(file));
                }
            }
        }
    }

    /** A tensor as the output should hold it. */
    private record Expected(TensorKey key, long bytesAfter, String crc32c) {}

    /** The tensors of a checkpoint that was made by a layout go by the names of the parts. */
    private List<Expected> expected() {
        List<Expected> expected = new ArrayList<>();
        for (Report.Tensor tensor : output.report().tensors()) {
            if (!output.report().hasNamedParts()) {
                expected.add(new Expected(tensor.key(), tensor.bytesAfter(), tensor.crc32c()));
                continue;
            }
            for (Report.Part part : tensor.parts()) {
                TensorKey key = new TensorKey(tensor.outputFiles().get(0), part.name());
                expected.add(new Expected(key, part.bytes(), part.crc32c()));
            }
        }
        return expected;
    }

    private void checkTensors(SparkRun run) {
        String path = output.place().path();
        TensorTally tally = new TensorTally(path);
        // A report that knows of no tensor may still stand beside some.
        if (output.report().files().stream().anyMatch(file -> isData(file.name()))) {
            tally.add(
                    isTable() ? OutputScan.ofTable(run.session(), path) : OutputScan.ofCheckpoint(run.session(), path));
        }
        Map<TensorKey, TensorTally.Found> found = new HashMap<>(tally.tensors());
        for (Expected expected : expected()) {
            TensorTally.Found there = found.remove(expected.key());
            String shown = "tensor " + expected.key().shown();
            if (there == null) {
                problems.add(shown + " is missing");
            } else if (there.bytes() != expected.bytesAfter()) {
                problems.add(shown + " has " + there.bytes() + " bytes instead of " + expected.bytesAfter());
            } else if (!Crc32c.text(there.checksum()).equals(expected.crc32c())) {
                problems.add(shown + " has CRC32C " + Crc32c.text(there.checksum()) + " instead of "
                        + Printable.text(expected.crc32c()));
            }
        }
        for (TensorKey extra : found.keySet()) {
            problems.add("tensor " + extra.shown() + " is not in the report");
        }
    }
}
