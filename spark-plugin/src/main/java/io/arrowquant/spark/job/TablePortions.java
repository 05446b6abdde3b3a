package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.convert.ConvertTask;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.FinishedAttempt;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.spark.write.TaskStaging;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * Makes a table that can be resumed: in portions, each a query of its own with a directory of its own, which is declared
 * finished with the checksums of its files. What an earlier job has finished of the same work is used. Portions stay where
 * they were made until the table is published, since only there the next job finds them should this one stop.
 */
final class TablePortions {
    /** Source bytes of a portion: what is lost at most when a job stops, but long enough to keep a cluster busy. */
    private static final long BYTES_PER_TASK = 2L << 30;

    /** Looks like a table of its own in the directory of a portion. */
    private static final String TABLE = "table";

    private final SparkRun run;
    private final JobPlan plan;
    private final Storage storage;
    private final OutputClaim claim;
    private final Configuration configuration;
    private final ConvertWork work;
    private final List<PartitionRecord> earlier = new ArrayList<>();
    private final List<Done> done = new ArrayList<>();

    /** A portion and the directory it lies in. */
    private record Done(FinishedPortion portion, String attempt) {}

    TablePortions(SparkRun run, JobPlan plan, Storages.Located output, OutputClaim claim, Configuration configuration) {
        this.run = run;
        this.plan = plan;
        this.storage = output.storage();
        this.claim = claim;
        this.configuration = configuration;
        this.work = new ConvertWork(plan);
    }

    /** Writes all that is not there yet. */
    void write(TableWrite table, int parallelism, Streams streams) throws IOException {
        List<WriteGroup> portions = cut(plan.groups(), BYTES_PER_TASK * parallelism);
        Map<String, Done> found = intact(finished());
        for (WriteGroup portion : portions) {
            done.add(found.get(fingerprint(portion)));
        }
        streams.note(
                "arrowquant: " + done.stream().filter(there -> there != null).count() + " of " + portions.size()
                        + " portions of the table were finished by an earlier run");
        for (int i = 0; i < portions.size(); i++) {
            Done there = done.get(i);
            if (there != null) {
                earlier.addAll(there.portion().records());
                List<PlannedTensor> tensors = portions.get(i).tensors();
                run.countAsDone(tensors.size(), plan.bytesToRead(tensors));
            }
        }
        for (int i = 0; i < portions.size(); i++) {
            run.stopIfEnding();
            if (done.get(i) == null) {
                done.set(i, make(table, portions.get(i), TaskStaging.attempt(i, 0)));
            }
        }
    }

    /** Where the portions lie; each looks like a table of its own. */
    List<String> directories() {
        return done.stream()
                .map(portion -> claim.stagedFile(portion.attempt(), TABLE))
                .toList();
    }

    /** All files, by their paths below the table, with the checksums they were made with. */
    List<Report.OutputFile> files() {
        List<Report.OutputFile> files = new ArrayList<>();
        for (Done portion : done) {
            for (FinishedPortion.File file : portion.portion().files()) {
                files.add(new Report.OutputFile(file.name(), file.bytes(), Crc32c.text(file.checksum()), "data"));
            }
        }
        files.sort(Comparator.comparing(Report.OutputFile::name));
        return files;
    }

    /** Any file of the table. */
    String anyFile() {
        return path(done.get(0).attempt(), done.get(0).portion().files().get(0));
    }

    /** Moves everything to where the table is. Spark's names are unique, so several portions can share a directory. */
    void move() throws IOException {
        for (Done portion : done) {
            for (FinishedPortion.File file : portion.portion().files()) {
                String target = CarriedFiles.resolve(storage, claim.directory(), file.name());
                storage.makeDirectories(CarriedFiles.resolve(
                        storage,
                        claim.directory(),
                        file.name().substring(0, file.name().lastIndexOf('/'))));
                storage.rename(path(portion.attempt(), file), target);
            }
        }
    }

    /** What the tasks of earlier jobs said that finished portions of this table. */
    List<PartitionRecord> earlierRecords() {
        return earlier;
    }

    /** Groups of so many bytes, or one tensor. */
    static List<WriteGroup> cut(List<WriteGroup> groups, long bytes) {
        List<WriteGroup> portions = new ArrayList<>();
        for (WriteGroup group : groups) {
            List<PlannedTensor> tensors = new ArrayList<>();
            long taken = 0;
            for (PlannedTensor tensor : group.tensors()) {
                if (!tensors.isEmpty() && taken + tensor.bytesBefore() > bytes) {
                    portions.add(group.of(tensors));
                    tensors = new ArrayList<>();
                    taken = 0;
                }
                tensors.add(tensor);
                taken += tensor.bytesBefore();
            }
            portions.add(group.of(tensors));
        }
        return portions;
    }

    /** All that decides the rows: tensors and their sources, and how they are cut into ranges. */
    private String fingerprint(WriteGroup portion) {
        ConvertFile tensors = work.of(0, 0, portion.tensors(), Map.of());
        String form = Versions.arrowQuant() + " " + portion.directory() + " " + portion.whole() + " "
                + portion.groupSize() + " " + plan.request().maxPartitionBytes();
        return ConvertTask.of(List.of(tensors), form).fingerprint();
    }

    private Done make(TableWrite table, WriteGroup portion, String attempt) throws IOException {
        int before =
                run.records().stream().mapToInt(PartitionRecord::stage).max().orElse(-1);
        String directory = claim.stagedFile(attempt, TABLE);
        table.write(portion, storage.child(directory, portion.directory()));
        List<FileChecksums.OutputFile> files = FileChecksums.list(storage, directory);
        List<Integer> checksums = FileChecksums.compute(run.context(), configuration, files);
        List<FinishedPortion.File> listed = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            FileChecksums.OutputFile file = files.get(i);
            listed.add(new FinishedPortion.File(file.name(), file.bytes(), checksums.get(i)));
        }
        List<PartitionRecord> records =
                run.records().stream().filter(record -> record.stage() > before).toList();
        FinishedPortion made = new FinishedPortion(fingerprint(portion), List.copyOf(listed), records);
        claim.declareFinished(attempt, made.toJson());
        return new Done(made, attempt);
    }

    /** Portions of earlier jobs whose files are all there. */
    private List<Done> finished() throws IOException {
        List<Done> finished = new ArrayList<>();
        for (FinishedAttempt attempt : claim.finished()) {
            FinishedPortion portion = FinishedPortion.parse(attempt.record());
            if (portion != null && isThere(portion, attempt.directory())) {
                finished.add(new Done(portion, attempt.directory()));
            }
        }
        return finished;
    }

    private boolean isThere(FinishedPortion portion, String attempt) throws IOException {
        for (FinishedPortion.File file : portion.files()) {
            String path = path(attempt, file);
            if (!storage.exists(path) || storage.status(path).size() != file.bytes()) {
                return false;
            }
        }
        return true;
    }

    private String path(String attempt, FinishedPortion.File file) {
        return CarriedFiles.resolve(storage, claim.stagedFile(attempt, TABLE), file.name());
    }

    /** Those with the checksums they should have, by their work. */
    private Map<String, Done> intact(List<Done> finished) {
        List<FileChecksums.OutputFile> files = new ArrayList<>();
        for (Done done : finished) {
            for (FinishedPortion.File file : done.portion().files()) {
                files.add(new FileChecksums.OutputFile(file.name(), path(done.attempt(), file), file.bytes()));
            }
        }
        List<Integer> checksums = FileChecksums.compute(run.context(), configuration, files);
        Map<String, Done> intact = new HashMap<>();
        int next = 0;
        for (Done done : finished) {
            boolean same = true;
            for (FinishedPortion.File file : done.portion().files()) {
                same &= file.checksum() == checksums.get(next++);
            }
            if (same) {
                intact.put(done.portion().work(), done);
            }
        }
        return intact;
    }
}
