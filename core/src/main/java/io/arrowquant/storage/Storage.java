package io.arrowquant.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.OptionalLong;

/**
 * The one small port through which everything here reaches files. Paths are opaque strings that only the storage they
 * came from understands: make them with {@link #child} and take them from {@link FileEntry}, never by concatenation.
 */
public interface Storage {
    /** A file or directory as it was when it was looked at; size and time tell whether it was replaced since. */
    record FileEntry(String path, String name, long size, long modifiedMillis, boolean directory) {}

    /** Looks a path up; java.io.FileNotFoundException or NoSuchFileException when nothing is there. */
    FileEntry status(String path) throws IOException;

    boolean exists(String path) throws IOException;

    /** Direct children of a directory, ordered by name. */
    List<FileEntry> list(String directory) throws IOException;

    RangeReader open(String path) throws IOException;

    /** Creates a new file, with parent directories; fails when it exists. */
    OutputStream create(String path) throws IOException;

    void makeDirectories(String path) throws IOException;

    /** Moves a file or directory; fails when the target exists. Atomic where the store can. */
    void rename(String from, String to) throws IOException;

    /** Deletes a file or a directory with all it holds; nothing happens when it does not exist. */
    void delete(String path) throws IOException;

    /**
     * Deletes a directory unless something is in it; nothing happens when it does not exist. What comes into it meanwhile
     * stays, as far as the store can tell.
     */
    void deleteIfEmpty(String directory) throws IOException;

    /** Free space at the path, if the store can tell. The path, or some of its parents, need not exist yet. */
    OptionalLong freeBytes(String path) throws IOException;

    /** The path of a direct child. The name must be one plain name: no separator, not empty, "." or "..". */
    String child(String directory, String name);

    /**
     * The path with all symbolic links resolved, to tell whether it leaves a directory. What does not exist yet is kept
     * as it is, so that a place to write to can be compared as well.
     */
    String canonical(String path) throws IOException;
}
