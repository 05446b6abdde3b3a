package io.arrowquant.spark.job;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.Crc32c;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Puts what was found in the rows of a tensor together, whatever order they come in. */
final class TensorTally {
    /** A whole tensor as it was found. */
    record Found(long elements, long[] lengths, int[] checksums, List<String> outputFiles, int rows) {
        /** Of all parts one after the other. */
        int checksum() {
            int all = 0;
            for (int part = 0; part < lengths.length; part++) {
                all = Crc32c.combine(all, checksums[part], lengths[part]);
            }
            return all;
        }

        long bytes() {
            long bytes = 0;
            for (long length : lengths) {
                bytes += length;
            }
            return bytes;
        }
    }

    private final String output;
    private final Map<TensorKey, List<PieceChecksum>> pieces = new HashMap<>();

    TensorTally(String output) {
        this.output = output;
    }

    void add(List<PieceChecksum> found) {
        for (PieceChecksum piece : found) {
            pieces.computeIfAbsent(piece.key(), unused -> new ArrayList<>()).add(piece);
        }
    }

    /** All tensors; one whose pieces overlap or leave a gap is an error. */
    Map<TensorKey, Found> tensors() {
        Map<TensorKey, Found> tensors = new HashMap<>();
        for (Map.Entry<TensorKey, List<PieceChecksum>> entry : pieces.entrySet()) {
            tensors.put(entry.getKey(), put(entry.getKey(), entry.getValue()));
        }
        return tensors;
    }

    private Found put(TensorKey key, List<PieceChecksum> found) {
        // An empty piece comes before the piece that begins at the same element.
        found.sort(Comparator.<PieceChecksum>comparingLong(piece -> piece.start())
                .thenComparingLong(piece -> piece.count()));
        int parts = found.get(0).lengths().length;
        long[] lengths = new long[parts];
        int[] checksums = new int[parts];
        TreeSet<String> files = new TreeSet<>();
        long next = 0;
        for (PieceChecksum piece : found) {
            if (piece.start() != next) {
                throw MalformedFileException.ofFile(
                        output,
                        "tensor " + key.shown() + (piece.start() < next ? " is there twice" : " has a gap")
                                + ": after element " + next + " a row begins at " + piece.start(),
                        "The output is damaged: make it again");
            }
            for (int part = 0; part < parts; part++) {
                checksums[part] = Crc32c.combine(checksums[part], piece.checksums()[part], piece.lengths()[part]);
                lengths[part] += piece.lengths()[part];
            }
            files.add(piece.outputFile());
            next += piece.count();
        }
        return new Found(next, lengths, checksums, List.copyOf(files), found.size());
    }
}
