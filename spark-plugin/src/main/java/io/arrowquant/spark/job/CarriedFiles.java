package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/**
 * Config, tokenizer and all else that makes a model of weights. Files of the directory itself keep their names. Those of
 * components (diffusers) go below a directory that Parquet readers skip: they take any other for data.
 */
final class CarriedFiles {
    static final String COMPONENTS = "_components";

    private static final int CHUNK = 1 << 20;

    private CarriedFiles() {}

    /** Where below a table a file of the checkpoint goes. */
    static String nameInTable(String file) {
        return file.indexOf('/') < 0 ? file : COMPONENTS + "/" + file;
    }

    /** The file of the checkpoint that was carried under a name. */
    static String nameInCheckpoint(String name) {
        return name.startsWith(COMPONENTS + "/") ? name.substring(COMPONENTS.length() + 1) : name;
    }

    /** A path below a directory; every component of the name must be a plain name. */
    static String resolve(Storage storage, String directory, String name) {
        String path = directory;
        int begin = 0;
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', begin)) {
            path = storage.child(path, name.substring(begin, slash));
            begin = slash + 1;
        }
        return storage.child(path, name.substring(begin));
    }

    /** Copies files of a checkpoint, and says what was copied; {@code naming} says to where. */
    static List<Report.OutputFile> copyAll(
            Storage from, List<CheckpointFile> files, Storage to, String directory, UnaryOperator<String> naming)
            throws IOException {
        List<Report.OutputFile> copied = new ArrayList<>();
        for (CheckpointFile file : files) {
            file.verifyUnchanged(from.status(file.entry().path()));
            String name = naming.apply(file.file());
            int checksum = copy(from, file.entry().path(), to, resolve(to, directory, name));
            copied.add(new Report.OutputFile(name, file.entry().size(), Crc32c.text(checksum), "carried"));
        }
        return copied;
    }

    /** Copies one file and gives its checksum. */
    static int copy(Storage from, String source, Storage to, String target) throws IOException {
        CRC32C crc = new CRC32C();
        try (RangeReader in = from.open(source);
                OutputStream out = to.create(target)) {
            byte[] chunk = new byte[(int) Math.min(CHUNK, Math.max(1, in.size()))];
            for (long at = 0; at < in.size(); at += chunk.length) {
                int length = (int) Math.min(chunk.length, in.size() - at);
                in.readFully(at, chunk, 0, length);
                out.write(chunk, 0, length);
                crc.update(chunk, 0, length);
            }
        }
        return (int) crc.getValue();
    }
}
