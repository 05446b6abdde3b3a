package io.arrowquant.arrow;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Vectors of Arrow Java in the form in which foreign arrays are read. */
final class VectorInput {
    private final Map<Long, Dictionary> dictionaries;

    private VectorInput(Map<Long, Dictionary> dictionaries) {
        this.dictionaries = dictionaries;
    }

    /** A table, which must live as long as what is made of it. */
    static ForeignArray of(VectorSchemaRoot table, Map<Long, Dictionary> dictionaries) {
        VectorInput input = new VectorInput(dictionaries);
        List<ForeignType> types = new ArrayList<>();
        List<ForeignArray> columns = new ArrayList<>();
        for (FieldVector vector : table.getFieldVectors()) {
            ForeignArray column = input.array(vector);
            columns.add(column);
            types.add(column.type());
        }
        return new ForeignArray(
                new ForeignType("+s", "", types, null),
                table.getRowCount(),
                0,
                new long[1],
                columns.toArray(new ForeignArray[0]),
                null);
    }

    private ForeignArray array(FieldVector vector) {
        Field field = vector.getField();
        String format = format(field.getType());
        List<ForeignType> types = new ArrayList<>();
        List<ForeignArray> children = new ArrayList<>();
        if (!format.isEmpty()) {
            for (FieldVector child : vector.getChildrenFromFields()) {
                ForeignArray array = array(child);
                children.add(array);
                types.add(array.type());
            }
        }
        List<ArrowBuf> buffers = vector.getFieldBuffers();
        long[] addresses = new long[Math.max(3, buffers.size())];
        for (int i = 0; i < buffers.size(); i++) {
            addresses[i] = buffers.get(i).capacity() == 0 ? 0 : buffers.get(i).memoryAddress();
        }
        Dictionary dictionary = field.getDictionary() == null
                ? null
                : dictionaries.get(field.getDictionary().getId());
        ForeignArray values = dictionary == null ? null : array(dictionary.getVector());
        check(vector, format, children, buffers);
        ForeignType type =
                new ForeignType(format, field.getName(), types, values == null ? null : values.type());
        return new ForeignArray(
                type,
                vector.getValueCount(),
                vector.getNullCount(),
                addresses,
                children.toArray(new ForeignArray[0]),
                values);
    }

    private static void check(
            FieldVector vector, String format, List<ForeignArray> children, List<ArrowBuf> buffers) {
        long room = children.isEmpty() ? 0 : children.get(0).length();
        boolean binary = "uUzZ".contains(format) && !format.isEmpty();
        if (binary) {
            room = buffers.size() > 2 ? buffers.get(2).capacity() : 0;
        }
        new BufferCheck(vector.getName(), vector.getValueCount(), buffers).check(format, room);
    }

    /** The format string of a type that columns of ours may have; empty for any other. */
    private static String format(ArrowType type) {
        if (type instanceof ArrowType.Int number) {
            String signed = "csil";
            int index = Integer.numberOfTrailingZeros(number.getBitWidth()) - 3;
            String letter = signed.substring(index, index + 1);
            return number.getIsSigned() ? letter : letter.toUpperCase(Locale.ROOT);
        }
        if (type instanceof ArrowType.FloatingPoint number) {
            return switch (number.getPrecision()) {
                case HALF -> "e";
                case SINGLE -> "f";
                case DOUBLE -> "g";
            };
        }
        if (type instanceof ArrowType.FixedSizeList list) {
            return "+w:" + list.getListSize();
        }
        if (type instanceof ArrowType.FixedSizeBinary binary) {
            return "w:" + binary.getByteWidth();
        }
        return switch (type.getTypeID()) {
            case Null -> "n";
            case Utf8 -> "u";
            case LargeUtf8 -> "U";
            case Utf8View -> "vu";
            case Binary -> "z";
            case LargeBinary -> "Z";
            case BinaryView -> "vz";
            case List -> "+l";
            case LargeList -> "+L";
            case ListView -> "+vl";
            case LargeListView -> "+vL";
            case Map -> "+m";
            case Struct -> "+s";
            default -> "";
        };
    }
}
