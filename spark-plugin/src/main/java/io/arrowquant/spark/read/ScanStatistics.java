package io.arrowquant.spark.read;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.expressions.Expressions;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.colstats.ColumnStatistics;
import org.apache.spark.sql.types.StructType;

/**
 * Exact sizes and row counts of the columns a query reads. The lengths of the binary and array columns matter most:
 * without them the cost-based optimizer takes a tensor for a hundred bytes and broadcasts it.
 */
final class ScanStatistics implements Statistics {
    private static final int NUMBER_BYTES = 8;
    private static final int TYPE_NAME_BYTES = 4;
    private static final int FILE_NAME_BYTES = 32;

    private final ScanFigures figures;
    private final StructType columns;

    ScanStatistics(ScanFigures figures, StructType columns) {
        this.figures = figures;
        this.columns = columns;
    }

    /** Length, distinct values and nulls of one column. */
    private record Column(long averageLength, long distinct, long nulls) implements ColumnStatistics {
        @Override
        public OptionalLong avgLen() {
            return OptionalLong.of(averageLength);
        }

        @Override
        public OptionalLong maxLen() {
            return OptionalLong.of(averageLength);
        }

        @Override
        public OptionalLong distinctCount() {
            return distinct < 0 ? OptionalLong.empty() : OptionalLong.of(distinct);
        }

        @Override
        public OptionalLong nullCount() {
            return OptionalLong.of(nulls);
        }
    }

    @Override
    public OptionalLong sizeInBytes() {
        long bytes = figures.rows() * NUMBER_BYTES;
        for (String name : columns.fieldNames()) {
            bytes += bytesOf(name);
        }
        return OptionalLong.of(Math.max(1, bytes));
    }

    @Override
    public OptionalLong numRows() {
        return OptionalLong.of(figures.rows());
    }

    private long bytesOf(String column) {
        return switch (column) {
            case ReadSchema.LAYER_NAME -> figures.nameBytes();
            case ReadSchema.DTYPE -> figures.rows() * TYPE_NAME_BYTES;
            case ReadSchema.SHAPE -> figures.shapeBytes();
            case ReadSchema.WEIGHTS -> figures.floatBytes();
            case ReadSchema.DATA -> figures.dataBytes();
            case ReadSchema.FILE -> figures.rows() * FILE_NAME_BYTES;
            default -> figures.rows() * NUMBER_BYTES;
        };
    }

    @Override
    public Map<NamedReference, ColumnStatistics> columnStats() {
        Map<NamedReference, ColumnStatistics> statistics = new HashMap<>();
        long rows = Math.max(1, figures.rows());
        for (String name : columns.fieldNames()) {
            long length = (bytesOf(name) + rows - 1) / rows;
            long distinct = name.equals(ReadSchema.LAYER_NAME) ? figures.tensors() : -1;
            long nulls = name.equals(ReadSchema.WEIGHTS) ? figures.nullWeights() : 0;
            statistics.put(Expressions.column(name), new Column(length, distinct, nulls));
        }
        return statistics;
    }
}
