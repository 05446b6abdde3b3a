package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.tensor.DataType;

/** The column of weights: lists of floats, or the stored bytes of elements whose type another column tells. */
final class WeightsColumn {
    private static final String ALLOWED =
            ". Must be list, large_list, fixed_size_list or list_view of float32, float64 "
                    + "or float16, or binary with the type of its elements in a column 'dtype'";

    /** Where the elements of a row are. */
    record Place(DataType type, long address, long count) {}

    private final boolean allNull;
    private final Elements rows;
    private final ForeignArray values;
    private final DataType listed;
    private final int width;

    WeightsColumn(ForeignArray array, boolean hasTypes) {
        String format = array.type().format();
        allNull = format.equals("n");
        rows = Elements.of(array);
        if (allNull) {
            values = null;
            listed = null;
            width = 1;
            return;
        }
        boolean text = format.equals("u") || format.equals("U") || format.equals("vu") || format.equals("+m");
        if (rows == null || text || array.type().dictionary() != null) {
            throw refused(array);
        }
        boolean list = format.startsWith("+");
        values = list ? array.child(0) : null;
        listed = list ? elementType(values.type()) : null;
        width = list ? byteWidth(values.type().format()) : 1;
        if (width == 0 || (listed == null && !hasTypes)) {
            throw refused(array);
        }
    }

    private static InvalidRequestException refused(ForeignArray array) {
        return new InvalidRequestException(
                "Column 'weights' has type " + array.type().describe() + ALLOWED);
    }

    private static DataType elementType(ForeignType type) {
        if (type.dictionary() != null) {
            return null;
        }
        return switch (type.format()) {
            case "f" -> DataType.F32;
            case "g" -> DataType.F64;
            case "e" -> DataType.F16;
            default -> null;
        };
    }

    /** Of elements that are floats, or of raw ones that hold floats of a type of the same width. */
    private static int byteWidth(String format) {
        return switch (format) {
            case "c", "C" -> 1;
            case "e", "s", "S" -> 2;
            case "f" -> Float.BYTES;
            case "g" -> Double.BYTES;
            default -> 0;
        };
    }

    boolean isNull(long row) {
        return allNull || rows.isNull(row);
    }

    /** Where the elements of a row are; {@code dtype} is what the row says of their type, or null. */
    Place get(long row, String layer, String dtype) {
        long count = rows.count(row);
        if (values == null) {
            return stored(rows.address(row), count, layer, dtype);
        }
        long begin = rows.begin(row);
        long bad = values.firstNull(begin, begin + count);
        if (bad >= 0) {
            throw new QuantizationException(layer, bad - begin, "contains null", "");
        }
        long address = values.buffer(1) + values.physical(begin) * width;
        return listed == null ? stored(address, count * width, layer, dtype) : new Place(listed, address, count);
    }

    private static Place stored(long address, long bytes, String layer, String dtype) {
        if (dtype == null) {
            throw LayerErrors.of(layer, "column 'dtype' is null, but weights are bytes", "Name the type, e.g. BF16");
        }
        DataType type = DataType.find(dtype);
        if (type == null || !type.isReadableAsFloat()) {
            throw LayerErrors.of(
                    layer,
                    "dtype '" + dtype + "' is no type of weights",
                    "Use F32, F16, BF16, F64, or another numeric type of safetensors");
        }
        if (bytes % type.bytes() != 0) {
            throw LayerErrors.of(
                    layer,
                    bytes + " bytes are no whole number of " + type + " elements of " + type.bytes() + " bytes",
                    "");
        }
        return new Place(type, address, bytes / type.bytes());
    }
}
