package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;

/** Reads from rows what they say of their piece of a tensor, checking each value by itself. */
final class PieceRows {
    private static final List<String> DTYPES = new ArrayList<>();

    static {
        for (DataType type : DataType.values()) {
            DTYPES.add(type.name());
        }
    }

    private final InputColumns columns;

    PieceRows(InputColumns columns) {
        this.columns = columns;
    }

    String layer(InternalRow row) {
        if (row.isNullAt(columns.layerName())) {
            throw new InvalidRequestException(
                    "Column 'layer_name' is null in a row", "Name every layer, or drop the row");
        }
        return row.getUTF8String(columns.layerName()).toString();
    }

    DataType dtype(InternalRow row, String layer) {
        requireValue(row, columns.dtype(), InputColumns.DTYPE, layer);
        String name = row.getUTF8String(columns.dtype()).toString();
        DataType dtype = DataType.find(name);
        if (dtype == null) {
            throw InvalidRequestException.unknown("dtype of layer '" + Printable.text(layer) + "':", name, DTYPES);
        }
        return dtype;
    }

    Shape shape(InternalRow row, String layer) {
        requireValue(row, columns.shape(), InputColumns.SHAPE, layer);
        ArrayData dimensions = row.getArray(columns.shape());
        long[] sizes = new long[dimensions.numElements()];
        for (int i = 0; i < sizes.length; i++) {
            if (dimensions.isNullAt(i)) {
                throw new InvalidRequestException(
                        "Column 'shape' has a null dimension in a row of layer '" + Printable.text(layer) + "'",
                        "Give all dimensions");
            }
            sizes[i] = dimensions.getLong(i);
        }
        try {
            return Shape.of(sizes);
        } catch (ArithmeticException impossible) {
            throw new InvalidRequestException(
                    "Layer '" + Printable.text(layer) + "' has an impossible shape: " + impossible.getMessage(),
                    "Check column shape",
                    impossible);
        }
    }

    /** The elements a row holds; all of them, or all from the start on, where the frame does not say. */
    ElementRange range(InternalRow row, String layer, DataType dtype, Shape shape) {
        long start = longOr(row, columns.elementStart(), 0);
        long count = longOr(row, columns.elementCount(), shape.elements() - start);
        if (start < 0 || count < 0 || start > shape.elements() || count > shape.elements() - start) {
            throw new InvalidRequestException(
                    "A row of layer '" + Printable.text(layer) + "' holds " + count + " elements from element " + start
                            + " on, but its shape " + shape + " has " + shape.elements(),
                    "Check element_start and element_count");
        }
        // Elements of less than a byte: no piece may end within one.
        if (start % 8 * dtype.bits() % 8 != 0 || count % 8 * dtype.bits() % 8 != 0) {
            throw new InvalidRequestException(
                    "A row of layer '" + Printable.text(layer) + "' holds " + count + " elements of " + dtype
                            + " from element " + start + " on, which are not whole bytes",
                    "Cut the layer at multiples of 8 elements");
        }
        return new ElementRange(start, count);
    }

    void requireValue(InternalRow row, int column, String name, String layer) {
        if (row.isNullAt(column)) {
            throw new InvalidRequestException(
                    "Column '" + name + "' is null in a row of layer '" + Printable.text(layer) + "'",
                    "Fill it, or drop the row");
        }
    }

    private static long longOr(InternalRow row, int column, long otherwise) {
        return column == InputColumns.ABSENT || row.isNullAt(column) ? otherwise : row.getLong(column);
    }
}
