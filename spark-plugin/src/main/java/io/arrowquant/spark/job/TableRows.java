package io.arrowquant.spark.job;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Reads the table of a quantize job as one that knows how it was made. */
final class TableRows {
    /** The values of a row, whether it was quantized or kept. */
    static final String DEQUANTIZED = "dequantize(named_struct('quantized_data', quantized_data, 'scales', scales,"
            + " 'zero_points', zero_points, 'shape', shape, 'bit_width', bit_width, 'scheme', scheme,"
            + " 'group_size', group_size), element_count => element_count, element_start => element_start)";

    /** True for rows that were kept; schemes are never called like types. */
    static final String IS_KEPT = "scheme = dtype";

    /** More than any file has, and few enough for sums over millions of files. */
    private static final String UNSPLIT = Long.toString(1L << 40);

    private TableRows() {}

    /** The rows of a table; all of a file in one task, as the tensors in it were written by one. */
    static Dataset<Row> inWholeFiles(SparkSession session, String path) {
        SparkSession own = session.newSession();
        own.conf().set("spark.sql.files.maxPartitionBytes", UNSPLIT);
        own.conf().set("spark.sql.files.openCostInBytes", UNSPLIT);
        return own.read().parquet(path);
    }

    /** The rows of a table, cut as suits Spark. */
    static Dataset<Row> of(SparkSession session, String path) {
        return session.read().parquet(path);
    }
}
