package io.arrowquant.spark.job;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.LocalScan;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/** A table whose rows the driver makes when a query over it is planned. */
@SuppressWarnings("deprecation") // Spark still asks for schema().
record LocalTable(String name, StructType schema, Rows rows) implements SupportsRead {
    /** Makes the rows; texts and shapes are strings and lists of longs. */
    interface Rows {
        List<Object[]> of(CaseInsensitiveStringMap options);
    }

    @Override
    public Set<TableCapability> capabilities() {
        return EnumSet.of(TableCapability.BATCH_READ);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
        List<Object[]> made = rows.of(options);
        return () -> new RowsScan(schema, made);
    }

    private record RowsScan(StructType schema, List<Object[]> made) implements LocalScan {
        @Override
        public StructType readSchema() {
            return schema;
        }

        @Override
        public InternalRow[] rows() {
            InternalRow[] rows = new InternalRow[made.size()];
            for (int i = 0; i < rows.length; i++) {
                Object[] values = made.get(i).clone();
                for (int column = 0; column < values.length; column++) {
                    values[column] = ofSpark(values[column]);
                }
                rows[i] = new GenericInternalRow(values);
            }
            return rows;
        }

        private static Object ofSpark(Object value) {
            if (value instanceof String text) {
                return UTF8String.fromString(text);
            }
            return value instanceof List<?> list ? new GenericArrayData(list.toArray()) : value;
        }
    }
}
