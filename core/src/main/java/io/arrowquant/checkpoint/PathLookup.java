package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** First contact with paths users give: what cannot be reached is a bad request, not a failure of ours. */
final class PathLookup {
    private static final String CHECK_PATH = "Check the path, and that this user may read it";

    private PathLookup() {}

    static FileEntry status(Storage storage, String path) {
        if (path.isBlank()) {
            throw new InvalidRequestException(
                    "The path is empty", "Pass the directory of a model or a .safetensors file");
        }
        try {
            return storage.status(path);
        } catch (FileNotFoundException | NoSuchFileException e) {
            throw new InvalidRequestException("Nothing exists at '" + Printable.text(path) + "'", CHECK_PATH, e);
        } catch (IOException e) {
            throw unreadable(path, e);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("'" + Printable.text(path) + "' is not a valid path", CHECK_PATH, e);
        }
    }

    static List<FileEntry> list(Storage storage, String directory) {
        try {
            return storage.list(directory);
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    static RangeReader open(Storage storage, String path) {
        try {
            return storage.open(path);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** Many a message is the path alone; the kind of exception then says what is the matter. */
    private static InvalidRequestException unreadable(String path, IOException e) {
        return new InvalidRequestException(
                "'" + Printable.text(path) + "' cannot be read: " + Printable.text(e.toString()), CHECK_PATH, e);
    }
}
