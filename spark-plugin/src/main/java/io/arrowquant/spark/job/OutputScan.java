package io.arrowquant.spark.job;

import io.arrowquant.spark.compat.ClusterWork;
import io.arrowquant.storage.Crc32c;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Reads an output back in the tasks and sums up what is there; only checksums come to the driver. */
final class OutputScan {
    private OutputScan() {}

    /** The pieces in a directory of Parquet files as the job writes them. */
    static List<PieceChecksum> ofTable(SparkSession session, String directory) {
        Dataset<Row> rows = session.read()
                .parquet(directory)
                .selectExpr(
                        "file",
                        "layer_name",
                        "_metadata.file_name AS output_file",
                        "element_start",
                        "element_count",
                        "quantized_data",
                        "scales",
                        "zero_points",
                        "scheme");
        return collect(rows, OutputScan::ofTableRow);
    }

    /** The pieces of a checkpoint in safetensors files. */
    static List<PieceChecksum> ofCheckpoint(SparkSession session, String path) {
        Dataset<Row> rows = session.read()
                .format("safetensors")
                .load(path)
                .select("file", "layer_name", "element_start", "element_count", "data");
        return collect(rows, OutputScan::ofCheckpointRow);
    }

    /** What to make of a row. */
    private interface RowReader extends java.io.Serializable {
        PieceChecksum read(InternalRow row);
    }

    /** By Spark's own rows: those of the public interface would box every scale. */
    private static List<PieceChecksum> collect(Dataset<Row> rows, RowReader reader) {
        List<List<PieceChecksum>> partitions =
                ClusterWork.ofPartitions(rows.queryExecution().toRdd(), partition -> {
                    List<PieceChecksum> pieces = new ArrayList<>();
                    partition.forEachRemaining(row -> pieces.add(reader.read(row)));
                    return pieces;
                });
        return partitions.stream().flatMap(List::stream).toList();
    }

    private static PieceChecksum ofTableRow(InternalRow row) {
        byte[] data = row.getBinary(5);
        byte[] scales = bytes(row, 6);
        byte[] zeroPoints = bytes(row, 7);
        return new PieceChecksum(
                row.getUTF8String(0).toString(),
                row.getUTF8String(1).toString(),
                SchemeDirectory.of(row.getUTF8String(8).toString()) + "/"
                        + row.getUTF8String(2).toString(),
                row.getLong(3),
                row.getLong(4),
                new long[] {data.length, scales.length, zeroPoints.length},
                new int[] {Crc32c.of(data), Crc32c.of(scales), Crc32c.of(zeroPoints)});
    }

    private static PieceChecksum ofCheckpointRow(InternalRow row) {
        byte[] data = row.getBinary(4);
        String file = row.getUTF8String(0).toString();
        return new PieceChecksum(
                file,
                row.getUTF8String(1).toString(),
                file,
                row.getLong(2),
                row.getLong(3),
                new long[] {data.length},
                new int[] {Crc32c.of(data)});
    }

    /** The floats of an array as little-endian bytes. */
    private static byte[] bytes(InternalRow row, int column) {
        if (row.isNullAt(column)) {
            return new byte[0];
        }
        ArrayData array = row.getArray(column);
        ByteBuffer bytes =
                ByteBuffer.allocate(array.numElements() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(array.toFloatArray());
        return bytes.array();
    }
}
