package io.arrowquant.spark.convert;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The work of one task: a file for each output of the job, made from one read of the tensors they share.
 *
 * @param files with the same tensors from the same sources, in the same order; what is done with them differs
 * @param fingerprint tells works apart whose files would differ: by sources and their times, tensors, schemes and versions
 */
public record ConvertTask(List<ConvertFile> files, String fingerprint) implements Serializable {
    /** {@code version} is that of the software, which may make other files of the same. */
    public static ConvertTask of(List<ConvertFile> files, String version) {
        MessageDigest digest = sha256();
        try (ObjectOutputStream out =
                new ObjectOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
            out.writeObject(version);
            for (ConvertFile file : files) {
                // How the tensors are dealt out over files, and so their numbers, may change between two jobs.
                out.writeObject(file.at(0));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ConvertTask(List.copyOf(files), HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    /** Waits until the kernels of what makes up most of the work are compiled. */
    void awaitKernels() {
        files.forEach(ConvertFile::awaitKernels);
    }
}
