package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * A type as the C Data Interface describes it: its format string, its name and the types it is made of. Arrow's own
 * importer is not used, because it refuses offsets and knows no list views.
 */
record ForeignType(String format, String name, List<ForeignType> children, ForeignType dictionary) {
    private static final int LONGEST_TEXT = 1 << 16;

    /** Reads a type from a struct, which stays its producer's. */
    static ForeignType read(long address) {
        ArrowSchema.Snapshot struct = ArrowSchema.wrap(address).snapshot();
        if (struct.release == 0) {
            throw new InvalidRequestException("The Arrow schema was released before it was read");
        }
        List<ForeignType> children = new ArrayList<>();
        for (long i = 0; i < struct.n_children; i++) {
            children.add(read(MemoryUtil.getLong(struct.children + i * Long.BYTES)));
        }
        return new ForeignType(
                text(struct.format),
                text(struct.name),
                List.copyOf(children),
                struct.dictionary == 0 ? null : read(struct.dictionary));
    }

    private static String text(long address) {
        if (address == 0) {
            return "";
        }
        int length = 0;
        while (length < LONGEST_TEXT && MemoryUtil.getByte(address + length) != 0) {
            length++;
        }
        byte[] bytes = new byte[length];
        MemoryUtil.copyFromMemory(address, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    boolean isStruct() {
        return format.equals("+s");
    }

    /** The type as people write it. */
    String describe() {
        if (dictionary != null) {
            return "dictionary<" + dictionary.describe() + ">";
        }
        if (format.startsWith("+w:")) {
            return "fixed_size_list<" + children.get(0).describe() + ", " + format.substring(3) + ">";
        }
        if (format.startsWith("w:")) {
            return "fixed_size_binary[" + format.substring(2) + "]";
        }
        return switch (format) {
            case "n" -> "null";
            case "b" -> "bool";
            case "c" -> "int8";
            case "C" -> "uint8";
            case "s" -> "int16";
            case "S" -> "uint16";
            case "i" -> "int32";
            case "I" -> "uint32";
            case "l" -> "int64";
            case "L" -> "uint64";
            case "e" -> "float16";
            case "f" -> "float32";
            case "g" -> "float64";
            case "u" -> "string";
            case "U" -> "large_string";
            case "vu" -> "string_view";
            case "z" -> "binary";
            case "Z" -> "large_binary";
            case "vz" -> "binary_view";
            case "+l" -> "list<" + children.get(0).describe() + ">";
            case "+L" -> "large_list<" + children.get(0).describe() + ">";
            case "+vl" -> "list_view<" + children.get(0).describe() + ">";
            case "+vL" -> "large_list_view<" + children.get(0).describe() + ">";
            case "+m" -> "map";
            case "+s" -> "struct";
            default -> "format '" + format + "'";
        };
    }
}
