package io.arrowquant.arrow;

import io.arrowquant.error.MalformedFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.TypeLayout;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The batches of Arrow IPC data, read where they lie. Arrow's own reader copies every batch, and loses memory when one is
 * malformed; here every length is checked, and nothing is copied.
 */
final class IpcBatches {
    private final List<ForeignArray> batches = new ArrayList<>();
    private final Map<Long, ForeignArray> dictionaries = new HashMap<>();
    private final Map<Long, Field> encoded = new HashMap<>();
    private final Schema schema;

    private IpcBatches(List<IpcMessages.Found> messages) {
        IpcMessages.Found first = messages.get(0);
        if (first.message().headerType() != MessageHeader.Schema) {
            throw malformed("does not begin with a schema");
        }
        schema = MessageSerializer.deserializeSchema(first.message());
        schema.getFields().forEach(this::findDictionaries);
        for (IpcMessages.Found found : messages.subList(1, messages.size())) {
            read(found);
        }
    }

    /** The batches that lie in memory; one without rows when there is none. */
    static List<ForeignArray> of(long address, long length) {
        try {
            IpcBatches read = new IpcBatches(IpcMessages.of(address, length));
            return read.batches.isEmpty() ? List.of(read.empty()) : read.batches;
        } catch (IndexOutOfBoundsException
                | NullPointerException
                | UnsupportedOperationException
                | IllegalArgumentException
                | ArithmeticException
                | NegativeArraySizeException unreadable) {
            throw new MalformedFileException(
                    IpcMessages.SOURCE,
                    MalformedFileException.NO_OFFSET,
                    null,
                    "cannot be read: " + unreadable,
                    IpcMessages.REMEDY,
                    unreadable);
        }
    }

    private static MalformedFileException malformed(String problem) {
        return MalformedFileException.ofFile(IpcMessages.SOURCE, problem, IpcMessages.REMEDY);
    }

    private void findDictionaries(Field field) {
        if (field.getDictionary() != null) {
            encoded.put(field.getDictionary().getId(), field);
        }
        field.getChildren().forEach(this::findDictionaries);
    }

    private void read(IpcMessages.Found found) {
        if (found.message().headerType() == MessageHeader.DictionaryBatch) {
            DictionaryBatch batch = (DictionaryBatch) found.message().header(new DictionaryBatch());
            Field field = encoded.get(batch.id());
            if (batch.isDelta() || field == null) {
                throw malformed("holds a dictionary that cannot be read");
            }
            dictionaries.put(batch.id(), new Columns(batch.data(), found).values(field));
        } else if (found.message().headerType() == MessageHeader.RecordBatch) {
            RecordBatch batch = (RecordBatch) found.message().header(new RecordBatch());
            batches.add(new Columns(batch, found).table());
        } else {
            throw malformed("holds a message of type " + found.message().headerType());
        }
    }

    private ForeignArray empty() {
        List<ForeignArray> columns = new ArrayList<>();
        schema.getFields().forEach(field -> columns.add(emptyColumn(field)));
        return table(0, columns);
    }

    private static ForeignArray emptyColumn(Field field) {
        List<ForeignArray> children = new ArrayList<>();
        field.getChildren().forEach(child -> children.add(emptyColumn(child)));
        return array(field.getName(), format(field.getType()), 0, 0, new long[3], children, null);
    }

    private static ForeignArray table(long rows, List<ForeignArray> columns) {
        return array("", "+s", rows, 0, new long[1], columns, null);
    }

    private static ForeignArray array(
            String name,
            String format,
            long length,
            long nulls,
            long[] buffers,
            List<ForeignArray> children,
            ForeignArray dictionary) {
        List<ForeignType> types = new ArrayList<>();
        children.forEach(child -> types.add(child.type()));
        ForeignType type = new ForeignType(format, name, types, dictionary == null ? null : dictionary.type());
        return new ForeignArray(type, length, nulls, buffers, children.toArray(new ForeignArray[0]), dictionary);
    }

    /** Takes the nodes and buffers of a batch one after the other, as its fields need them. */
    private final class Columns {
        private final RecordBatch batch;
        private final IpcMessages.Found found;
        private int node;
        private int buffer;

        Columns(RecordBatch batch, IpcMessages.Found found) {
            this.batch = batch;
            this.found = found;
            if (batch.compression() != null) {
                throw malformed("is compressed");
            }
        }

        ForeignArray table() {
            List<ForeignArray> columns = new ArrayList<>();
            for (Field field : schema.getFields()) {
                ForeignArray column = column(field);
                if (column.length() != batch.length()) {
                    throw malformed("column '" + field.getName() + "' has another length than its batch");
                }
                columns.add(column);
            }
            return IpcBatches.table(batch.length(), columns);
        }

        private ForeignArray column(Field field) {
            if (field.getDictionary() == null) {
                return values(field);
            }
            ForeignArray values = dictionaries.get(field.getDictionary().getId());
            if (values == null) {
                throw malformed("column '" + field.getName() + "' has no dictionary");
            }
            ArrowType.Int index = field.getDictionary().getIndexType();
            return read(field.getName(), index == null ? new ArrowType.Int(32, true) : index, List.of(), values);
        }

        /** A column, or the values of a dictionary. */
        ForeignArray values(Field field) {
            return read(field.getName(), field.getType(), field.getChildren(), null);
        }

        private ForeignArray read(String name, ArrowType type, List<Field> fields, ForeignArray dictionary) {
            String format = format(type);
            long length = batch.nodes(node).length();
            long nulls = batch.nodes(node).nullCount();
            node++;
            int count = TypeLayout.getTypeBufferCount(type);
            long[] addresses = new long[Math.max(3, count)];
            long[] lengths = new long[addresses.length];
            for (int i = 0; i < count; i++, buffer++) {
                long from = batch.buffers(buffer).offset();
                lengths[i] = batch.buffers(buffer).length();
                if (from < 0 || lengths[i] < 0 || lengths[i] > found.bodyLength() - from) {
                    throw malformed("column '" + name + "' has a buffer that lies outside of its message");
                }
                addresses[i] = lengths[i] == 0 ? 0 : found.body() + from;
            }
            List<ForeignArray> children = new ArrayList<>();
            fields.forEach(field -> children.add(column(field)));
            long room = children.isEmpty() ? lengths[2] : children.get(0).length();
            new BufferCheck(name, length, addresses, lengths).check(format, room);
            if (format.equals("+s") || format.equals("+m")) {
                children.forEach(child -> requireLength(name, child, format.equals("+s") ? length : 0));
            }
            return array(name, format, length, nulls, addresses, children, dictionary);
        }

        private void requireLength(String name, ForeignArray child, long length) {
            if (child.length() < length) {
                throw malformed("column '" + name + "' has a child that is too short");
            }
        }
    }

    /** The format string of a type that columns of ours may have; empty for any other. */
    private static String format(ArrowType type) {
        if (type instanceof ArrowType.Int number) {
            int index = Integer.numberOfTrailingZeros(number.getBitWidth()) - 3;
            String letter = "csil".substring(index, index + 1);
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
            case Binary -> "z";
            case LargeBinary -> "Z";
            case List -> "+l";
            case LargeList -> "+L";
            case Map -> "+m";
            case Struct -> "+s";
            default -> "";
        };
    }
}
