package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.Serializable;

/** A file as it was when its header was read. {@code name} is relative to the path that is read. */
public record SourceFile(String path, String name, long size, long modifiedMillis) implements Serializable {
    public static SourceFile of(CheckpointFile file) {
        FileEntry entry = file.entry();
        return new SourceFile(entry.path(), file.file(), entry.size(), entry.modifiedMillis());
    }

    /** Refuses to read a file that was replaced since. */
    void verifyUnchanged(FileEntry now) {
        new CheckpointFile(name, new FileEntry(path, name, size, modifiedMillis, false)).verifyUnchanged(now);
    }
}
