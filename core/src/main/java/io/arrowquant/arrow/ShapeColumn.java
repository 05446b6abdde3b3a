package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;

/** The column of shapes, which may be missing, or null in some rows. */
final class ShapeColumn {
    private final Elements lists;
    private final ForeignArray dimensions;

    ShapeColumn(ForeignArray array) {
        boolean isList = array.type().format().startsWith("+")
                && !array.type().isStruct()
                && !array.type().format().equals("+m");
        this.lists = isList ? Elements.of(array) : null;
        if (lists == null || !array.child(0).isInteger()) {
            throw new InvalidRequestException(
                    "Column 'shape' has type " + array.type().describe() + ". Must be list<int64> or list<int32>");
        }
        this.dimensions = array.child(0);
    }

    /** The lengths of a row's dimensions, or null when they are to be inferred. */
    long[] get(long row, String layer) {
        if (lists.isNull(row)) {
            return null;
        }
        long[] lengths = new long[Math.toIntExact(lists.count(row))];
        long begin = lists.begin(row);
        for (int i = 0; i < lengths.length; i++) {
            if (dimensions.isNull(begin + i)) {
                throw LayerErrors.of(layer, "shape contains null at index " + i, "");
            }
            lengths[i] = dimensions.integer(begin + i);
        }
        return lengths;
    }
}
