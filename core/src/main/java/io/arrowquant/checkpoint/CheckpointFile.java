package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage.FileEntry;
import java.time.Instant;

/** A file of a checkpoint as it was when the checkpoint was opened; {@code file} is its relative name. */
public record CheckpointFile(String file, FileEntry entry) {
    /** Refuses to go on when the file is no longer the one whose header was read. */
    public void verifyUnchanged(FileEntry now) {
        if (now.size() != entry.size() || now.modifiedMillis() != entry.modifiedMillis()) {
            throw new InvalidRequestException(
                    "The file '" + Printable.text(entry.path()) + "' was replaced since its header was read: it had "
                            + describe(entry) + " and now has " + describe(now),
                    "Start again when nothing writes to the checkpoint any more");
        }
    }

    /** The directory part of the relative name: the component of a diffusers pipeline, or "" at the root. */
    String component() {
        return componentOf(file);
    }

    /** The same of any relative name. */
    public static String componentOf(String file) {
        return file.substring(0, file.lastIndexOf('/') + 1);
    }

    private static String describe(FileEntry entry) {
        return entry.size() + " bytes, modified " + Instant.ofEpochMilli(entry.modifiedMillis());
    }
}
