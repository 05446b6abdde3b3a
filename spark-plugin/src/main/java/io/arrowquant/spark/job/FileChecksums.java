package io.arrowquant.spark.job;

import io.arrowquant.spark.compat.ClusterWork;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** The files below an output directory and their checksums. */
final class FileChecksums {
    private static final int CHUNK = 1 << 20;

    /** A file by its path below the output, with slashes. */
    record OutputFile(String name, String path, long bytes) {}

    private FileChecksums() {}

    /** All files that are not hidden, in order of their names. */
    static List<OutputFile> list(Storage storage, String directory) throws IOException {
        List<OutputFile> files = new ArrayList<>();
        collect(storage, directory, "", files);
        return files;
    }

    private static void collect(Storage storage, String directory, String prefix, List<OutputFile> files)
            throws IOException {
        for (FileEntry entry : storage.list(directory)) {
            String name = prefix + entry.name();
            if (isHidden(entry, prefix)) {
                continue;
            }
            if (entry.directory()) {
                collect(storage, entry.path(), name + "/", files);
            } else {
                files.add(new OutputFile(name, entry.path(), entry.size()));
            }
        }
    }

    /**
     * Staging areas, checksums of Hadoop and whatever else begins with a dot; not what we carry below a hidden name, nor
     * Python's {@code __init__.py}, which belongs to a model.
     */
    private static boolean isHidden(FileEntry entry, String prefix) {
        boolean ours =
                entry.name().equals(CarriedFiles.COMPONENTS) || entry.name().equals(TableSummary.NAME);
        boolean underscored = entry.name().startsWith("_") && !entry.name().startsWith("__");
        boolean hidden = entry.name().startsWith(".") || (underscored && prefix.isEmpty() && !ours);
        return hidden || entry.name().equals("_SUCCESS");
    }

    /** The checksums of files, in their order, computed by the tasks. */
    static List<Integer> compute(SparkContext context, Configuration configuration, List<OutputFile> files) {
        if (files.isEmpty()) {
            return List.of();
        }
        List<String> paths = files.stream().map(OutputFile::path).toList();
        SerializableConfiguration shipped = new SerializableConfiguration(configuration);
        int slices = Math.min(paths.size(), Parallelism.of(context).tasks() * 4);
        return ClusterWork.run(context, paths, slices, path -> of(Storages.reopen(path, shipped.value()), path));
    }

    static int of(Storage storage, String path) throws IOException {
        CRC32C crc = new CRC32C();
        try (RangeReader reader = storage.open(path)) {
            byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, reader.size()))];
            for (long at = 0; at < reader.size(); at += chunk.length) {
                int length = (int) Math.min(chunk.length, reader.size() - at);
                reader.readFully(at, chunk, 0, length);
                crc.update(chunk, 0, length);
            }
        }
        return (int) crc.getValue();
    }
}
