package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.File;
import java.io.IOException;

/**
 * Keeps symbolic links from leading out of a model directory. One way out is allowed: a model in a Hugging Face cache
 * is a directory of links, {@code models--org--name/snapshots/REVISION/...}, into {@code models--org--name/blobs}.
 */
final class Confinement {
    private final Storage storage;
    private final String directory;
    private final String blobs;

    Confinement(Storage storage, String directory) throws IOException {
        this.storage = storage;
        this.directory = storage.canonical(directory);
        this.blobs = blobsOf(this.directory);
    }

    void require(FileEntry file) throws IOException {
        String target = storage.canonical(file.path());
        if (!isInside(target, directory) && (blobs == null || !isInside(target, blobs))) {
            throw new InvalidRequestException(
                    "'" + Printable.text(file.path()) + "' is a link that leads out of the model directory, to '"
                            + Printable.text(target) + "'",
                    "Copy the file into the directory, or name the files to read one by one");
        }
    }

    /** True when a path is strictly below a directory; both canonical. */
    static boolean isInside(String path, String directory) {
        String base = directory;
        while (!base.isEmpty() && isSeparator(base.charAt(base.length() - 1))) {
            base = base.substring(0, base.length() - 1);
        }
        return path.length() > base.length() + 1 && path.startsWith(base) && isSeparator(path.charAt(base.length()));
    }

    /** The blobs of the cached repository that the canonical directory is a snapshot of, or null. */
    private static String blobsOf(String directory) {
        String[] names = directory.replace(File.separatorChar, '/').split("/", -1);
        int last = names.length - 1;
        // The directory is a revision, or one component in it.
        for (int revision = last; revision >= Math.max(2, last - 1); revision--) {
            if (names[revision - 1].equals("snapshots")) {
                int end = directory.length();
                for (int i = last; i >= revision - 1; i--) {
                    end -= names[i].length() + 1;
                }
                return directory.substring(0, end) + directory.charAt(end) + "blobs";
            }
        }
        return null;
    }

    private static boolean isSeparator(char c) {
        return c == '/' || c == File.separatorChar;
    }
}
