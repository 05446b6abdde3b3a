package io.arrowquant.spark.job;

import io.arrowquant.spark.convert.ConvertTask;
import io.arrowquant.spark.convert.ConvertedFile;
import io.arrowquant.spark.convert.FinishedFile;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.write.FinishedAttempt;
import io.arrowquant.spark.write.OutputClaim;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;

/**
 * What jobs that stopped have finished of the work of this one. Work is recognized by all that decides its bytes, not by
 * the names of files; and a file counts only when it has the checksum it had when it was written, which tasks look at.
 */
final class EarlierWork {
    private final List<ConvertTask> left = new ArrayList<>();
    private final List<List<ConvertedFile>> files = new ArrayList<>();
    private final List<PartitionRecord> records = new ArrayList<>();

    /** The files of a task in the areas of the outputs, not looked into yet. */
    private record Candidate(ConvertTask task, List<FinishedFile> files) {}

    private EarlierWork() {}

    /** Nothing is finished. */
    static EarlierWork none(List<ConvertTask> tasks) {
        EarlierWork work = new EarlierWork();
        work.left.addAll(tasks);
        return work;
    }

    /** Looks for the work of tasks in the areas of the outputs, given in the order of the files of a task. */
    static EarlierWork find(
            SparkContext context, Configuration configuration, List<Place> places, List<ConvertTask> tasks)
            throws IOException {
        List<Map<String, FinishedFile>> finished = new ArrayList<>();
        for (int i = 0; i < places.size(); i++) {
            finished.add(places.get(i).finished(i));
        }
        EarlierWork found = new EarlierWork();
        List<Candidate> candidates = new ArrayList<>();
        List<FileChecksums.OutputFile> toRead = new ArrayList<>();
        for (ConvertTask task : tasks) {
            List<FinishedFile> ofTask = new ArrayList<>();
            for (Map<String, FinishedFile> ofOutput : finished) {
                FinishedFile file = ofOutput.get(task.fingerprint());
                if (file != null) {
                    ofTask.add(file);
                }
            }
            if (ofTask.size() < places.size()) {
                found.left.add(task);
                continue;
            }
            candidates.add(new Candidate(task, ofTask));
            for (int i = 0; i < places.size(); i++) {
                ConvertedFile file = ofTask.get(i).file();
                toRead.add(new FileChecksums.OutputFile(
                        file.stagedName(), places.get(i).path(file), file.bytes()));
            }
        }
        List<Integer> checksums = FileChecksums.compute(context, configuration, toRead);
        for (int i = 0; i < candidates.size(); i++) {
            int first = i * places.size();
            found.settle(candidates.get(i), checksums.subList(first, first + places.size()));
        }
        return found;
    }

    private void settle(Candidate candidate, List<Integer> checksums) {
        List<ConvertedFile> whole = new ArrayList<>();
        for (int i = 0; i < checksums.size(); i++) {
            ConvertedFile file = candidate.files().get(i).file();
            int index = candidate.task().files().get(i).index();
            if (file.checksum() == checksums.get(i)) {
                whole.add(file.at(index, file.attempt()));
            }
        }
        if (whole.size() < checksums.size()) {
            left.add(candidate.task());
            return;
        }
        files.add(List.copyOf(whole));
        records.add(candidate.files().get(0).record());
    }

    /** The tasks whose work is yet to be done. */
    List<ConvertTask> left() {
        return left;
    }

    /** For each task that was done, its files. */
    List<List<ConvertedFile>> files() {
        return files;
    }

    /** What the tasks said of themselves that were done. */
    List<PartitionRecord> records() {
        return records;
    }

    /** The area of an output. */
    record Place(OutputClaim claim, Storage storage) {
        String path(ConvertedFile file) {
            return claim.stagedFile(file.attempt(), file.stagedName());
        }

        /** Files of the right length, by the fingerprints of the works that they come from. */
        private Map<String, FinishedFile> finished(int output) throws IOException {
            Map<String, FinishedFile> byWork = new HashMap<>();
            for (FinishedAttempt attempt : claim.finished()) {
                FinishedFile found = FinishedFile.parse(attempt.record());
                if (found == null || found.output() != output) {
                    continue;
                }
                ConvertedFile file = found.file().at(0, attempt.directory());
                if (storage.exists(path(file))) {
                    FileEntry entry = storage.status(path(file));
                    if (!entry.directory() && entry.size() == file.bytes()) {
                        byWork.put(found.work(), new FinishedFile(found.work(), output, file, found.record()));
                    }
                }
            }
            return byWork;
        }
    }
}
