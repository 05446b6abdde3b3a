package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.util.MemoryUtil;

/** Reads the rows of a result: of this door, or of another that has the same columns. */
final class ResultRows {
    private final ForeignArray table;
    private final TextColumn names;
    private final TextColumn schemes;
    private final Elements data;
    private final Elements scales;
    private final Elements zeroPoints;
    private final ShapeColumn shapes;
    private final ForeignArray groupSizes;
    private final Elements parts;

    ResultRows(ForeignArray table) {
        this.table = table;
        names = new TextColumn(column(ResultSchema.LAYER_NAME), ResultSchema.LAYER_NAME);
        schemes = new TextColumn(column(ResultSchema.SCHEME), ResultSchema.SCHEME);
        data = elements(ResultSchema.QUANTIZED_DATA, "binary", "z", "Z", "vz");
        scales = floats(ResultSchema.SCALES);
        zeroPoints = floats(ResultSchema.ZERO_POINTS);
        shapes = new ShapeColumn(column(ResultSchema.SHAPE));
        groupSizes = column(ResultSchema.GROUP_SIZE);
        if (!groupSizes.isInteger()) {
            throw wrongType(ResultSchema.GROUP_SIZE, groupSizes, "int32");
        }
        ForeignArray map = find(ResultSchema.PARTS);
        parts = map == null || !map.type().format().equals("+m") ? null : Elements.of(map);
    }

    private ForeignArray find(String name) {
        List<ForeignType> columns = table.type().children();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return table.child(i);
            }
        }
        return null;
    }

    private ForeignArray column(String name) {
        ForeignArray found = table.type().isStruct() ? find(name) : null;
        if (found == null) {
            throw new InvalidRequestException("Missing required column '" + name + "'");
        }
        return found;
    }

    private Elements elements(String name, String wanted, String... formats) {
        ForeignArray array = column(name);
        if (!Arrays.asList(formats).contains(array.type().format())) {
            throw wrongType(name, array, wanted);
        }
        return Elements.of(array);
    }

    private Elements floats(String name) {
        Elements lists = elements(name, "list<float32>", "+l", "+L", "+vl", "+vL");
        if (!lists.array.child(0).type().format().equals("f")) {
            throw wrongType(name, lists.array, "list<float32>");
        }
        return lists;
    }

    private static InvalidRequestException wrongType(String name, ForeignArray array, String wanted) {
        return new InvalidRequestException(
                "Column '" + name + "' has type " + array.type().describe() + ". Must be " + wanted);
    }

    long rows() {
        return table.length();
    }

    String name(long row) {
        return names.get(table.physical(row));
    }

    /** A row as a layer. */
    StoredLayer layer(long row) {
        long at = table.physical(row);
        String name = names.get(at);
        String label = schemes.get(at);
        if (label == null || data.isNull(at)) {
            throw LayerErrors.of(name, "the row holds no quantized data", "Leave rows with errors out");
        }
        long[] dimensions = shapes.get(at, name);
        if (dimensions == null) {
            throw LayerErrors.of(name, "column 'shape' is null", "");
        }
        Shape shape = Layer.shape(name, dimensions);
        byte[] payload = bytes(data, at);
        DataType kept = DataType.find(label);
        if (kept != null) {
            return StoredLayer.kept(name, shape, kept, payload);
        }
        try {
            return quantized(at, name, label, shape, payload);
        } catch (InvalidRequestException bad) {
            throw LayerErrors.named(name, bad);
        }
    }

    private StoredLayer quantized(long at, String name, String label, Shape shape, byte[] payload) {
        long groupSize = groupSizes.isNull(at) ? 0 : groupSizes.integer(at);
        Scheme scheme = StoredLayer.scheme(label, groupSize, shape);
        scheme.check(shape);
        byte[] named = scheme.dependsOnSource() ? part(at, ResultSchema.DTYPE_PART) : null;
        DataType source = named == null ? DataType.F32 : DataType.of(new String(named, StandardCharsets.UTF_8));
        List<PartSpec> specs = scheme.parts(shape, source);
        byte[][] all = new byte[specs.size()][];
        all[0] = payload;
        if (PartSpec.areScaleColumns(specs)) {
            all[1] = floats(scales, at);
            all[2] = floats(zeroPoints, at);
        } else {
            for (int i = 1; i < all.length; i++) {
                all[i] = part(at, specs.get(i).suffix());
            }
        }
        return StoredLayer.quantized(name, shape, scheme, source, all);
    }

    private static byte[] bytes(Elements elements, long row) {
        return copy(elements.address(row), elements.count(row));
    }

    private static byte[] floats(Elements lists, long row) {
        if (lists.isNull(row)) {
            return null;
        }
        ForeignArray values = lists.array.child(0);
        long begin = lists.begin(row);
        if (values.firstNull(begin, begin + lists.count(row)) >= 0) {
            throw new InvalidRequestException("scales or zero points contain null");
        }
        return copy(values.buffer(1) + values.physical(begin) * Float.BYTES, lists.count(row) * Float.BYTES);
    }

    private static byte[] copy(long address, long length) {
        if (length > Integer.MAX_VALUE - Long.BYTES) {
            throw new InvalidRequestException("a part of " + length + " bytes is too long to be decoded at once");
        }
        byte[] copy = new byte[(int) length];
        if (length > 0) {
            MemoryUtil.copyFromMemory(address, copy, 0, length);
        }
        return copy;
    }

    /** A value of the map of parts, or null. */
    private byte[] part(long row, String name) {
        if (parts == null || parts.isNull(row)) {
            return null;
        }
        ForeignArray entries = parts.array.child(0);
        TextColumn keys = new TextColumn(entries.child(0), ResultSchema.PARTS);
        Elements values = Elements.of(entries.child(1));
        long begin = parts.begin(row);
        for (long i = begin; i < begin + parts.count(row); i++) {
            long at = entries.physical(i);
            if (name.equals(keys.get(at)) && values != null && !values.isNull(at)) {
                return bytes(values, at);
            }
        }
        return null;
    }
}
