package io.arrowquant.spark.read;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;

/**
 * Puts regions into partitions, in file order. Small tensors share a partition; a tensor stays in one partition up to
 * the limit, and is cut between ranges beyond it. Queries that read headers only get few, large partitions.
 */
final class PartitionPacker {
    /** Partitions for each core: enough to even out, few enough not to pay for tasks. */
    private static final int PARTITIONS_PER_CORE = 4;

    private static final long SMALLEST_TARGET = 8L << 20;
    private static final long HEADER_ROW_BYTES = 64;

    private final List<SourceFile> files;
    private final long limit;
    private final boolean data;
    private final int cores;

    PartitionPacker(List<SourceFile> files, long limit, boolean data, int cores) {
        this.files = files;
        this.limit = limit;
        this.data = data;
        this.cores = cores;
    }

    List<InputPartition> pack(List<TensorRegion> regions) {
        long total = 0;
        for (TensorRegion region : regions) {
            total += cost(region);
        }
        long even = total / ((long) cores * PARTITIONS_PER_CORE) + 1;
        long target = Math.min(limit, Math.max(SMALLEST_TARGET, even));
        List<InputPartition> partitions = new ArrayList<>();
        List<TensorRegion> current = new ArrayList<>();
        long size = 0;
        for (TensorRegion region : regions) {
            for (TensorRegion piece : cut(region)) {
                long cost = cost(piece);
                if (!current.isEmpty() && size + cost > target) {
                    partitions.add(partition(current));
                    current = new ArrayList<>();
                    size = 0;
                }
                current.add(piece);
                size += cost;
            }
        }
        if (!current.isEmpty()) {
            partitions.add(partition(current));
        }
        return partitions;
    }

    private long cost(TensorRegion region) {
        return data ? region.storedBytes() : region.rows() * HEADER_ROW_BYTES;
    }

    /** Pieces of whole ranges, each within the limit; a single range may exceed it. */
    private List<TensorRegion> cut(TensorRegion region) {
        if (!data || region.storedBytes() <= limit) {
            return List.of(region);
        }
        long rangeBytes = Math.max(1, region.tensor().dtype().byteLength(region.step()));
        long pieceElements = Math.max(1, limit / rangeBytes) * region.step();
        List<TensorRegion> pieces = new ArrayList<>();
        for (long at = region.start(); at < region.end(); at += pieceElements) {
            long end = Math.min(region.end(), at + pieceElements);
            pieces.add(new TensorRegion(region.file(), region.tensor(), at, end, region.step()));
        }
        return pieces;
    }

    /** Only the files that the regions lie in travel with the partition. */
    private TensorPartition partition(List<TensorRegion> regions) {
        List<SourceFile> used = new ArrayList<>();
        List<TensorRegion> renumbered = new ArrayList<>(regions.size());
        int last = -1;
        for (TensorRegion region : regions) {
            if (region.file() != last) {
                used.add(files.get(region.file()));
                last = region.file();
            }
            renumbered.add(
                    new TensorRegion(used.size() - 1, region.tensor(), region.start(), region.end(), region.step()));
        }
        return new TensorPartition(used, renumbered);
    }
}
