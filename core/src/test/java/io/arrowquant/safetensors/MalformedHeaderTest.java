package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.arrowquant.error.MalformedFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way a header can be wrong, and where and how the error says so. */
class MalformedHeaderTest {
    @TempDir
    Path directory;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"lengths", "texts", "metadata", "types", "shapes", "ranges", "coverage"})
    void malformed(String name, byte[] content, long offset, String tensor, String problem) {
        MalformedFileException error = refused(content, SafetensorsLimits.DEFAULTS);

        assertThat(error).hasMessageContaining("Malformed file case.safetensors at byte " + offset);
        assertThat(error).hasMessageContaining(problem);
        assertThat(error.file()).isEqualTo("case.safetensors");
        assertThat(error.offset()).isEqualTo(offset);
        assertThat(error.tensor()).isEqualTo(tensor);
        assertThat(error.remedy()).isNotEmpty();
    }

    static Stream<Arguments> lengths() {
        byte[] none = {};
        return Stream.of(
                bad("empty file", none, 0, null, "the file is empty"),
                bad("one byte", new byte[1], 0, null, "the file has 1 bytes, fewer than the 8"),
                bad("seven bytes", new byte[7], 0, null, "the file has 7 bytes, fewer than the 8"),
                bad("length 0", RawFiles.file("", 0), 0, null, "the header length 0 leaves no room"),
                bad("length 1", RawFiles.file("{", 0), 0, null, "the header length 1 leaves no room"),
                bad(
                        "over the limit",
                        RawFiles.file(100_000_001L, none, 0),
                        0,
                        null,
                        "100000001 exceeds the limit of 100000000 bytes"),
                bad(
                        "top bit set",
                        RawFiles.file(Long.MIN_VALUE, none, 0),
                        0,
                        null,
                        "9223372036854775808 exceeds the limit"),
                bad(
                        "length + 8 overflows",
                        RawFiles.file(-1L, none, 0),
                        0,
                        null,
                        "18446744073709551615 exceeds the limit"),
                bad(
                        "longer than the file",
                        RawFiles.file(3, "{}".getBytes(StandardCharsets.UTF_8), 0),
                        0,
                        null,
                        "the header length 3 goes beyond the end of the file of 10 bytes"));
    }

    static Stream<Arguments> texts() {
        byte[] overlong = {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'};
        byte[] surrogate = {'{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"', ':', '1', '}'};
        byte[] latin = {'{', '"', (byte) 0xe9, '"', ':', '1', '}'};
        return Stream.of(
                bad("overlong UTF-8", RawFiles.file(overlong, 0), 10, null, "not valid UTF-8"),
                bad("encoded surrogate", RawFiles.file(surrogate, 0), 10, null, "not valid UTF-8"),
                bad("Latin-1", RawFiles.file(latin, 0), 10, null, "not valid UTF-8"),
                bad(
                        "byte order mark",
                        RawFiles.file("\ufeff{}", 0),
                        8,
                        null,
                        "must begin with '{', not with byte 0xef"),
                bad(
                        "UTF-16",
                        RawFiles.file("{}".getBytes(StandardCharsets.UTF_16LE), 0),
                        10,
                        null,
                        "JSON text is invalid"),
                bad("leading space", RawFiles.file(" {}", 0), 8, null, "must begin with '{', not with byte 0x20"),
                bad("list at the top", RawFiles.file("[]", 0), 8, null, "must begin with '{', not with byte 0x5b"),
                bad("no JSON", RawFiles.file("{x}", 0), 9, null, "JSON text is invalid: Unexpected character ('x'"),
                bad(
                        "cut short",
                        RawFiles.file("{\"a\":", 0),
                        13,
                        null,
                        "JSON text is invalid: Unexpected end-of-input"),
                bad("trailing text", RawFiles.file("{} []", 0), 11, null, "text follows the end of the JSON object"),
                bad("trailing garbage", RawFiles.file("{}x ", 0), 11, null, "JSON text is invalid"),
                bad("NUL padding", RawFiles.file("{}\0\0", 0), 11, null, "JSON text is invalid"),
                bad("trailing comma", RawFiles.file("{\"__metadata__\":{},}", 0), 27, null, "JSON text is invalid"),
                bad("half a surrogate pair", RawFiles.file("{\"\\ud800\":1}", 0), 9, null, "half a surrogate pair"),
                bad(
                        "offset after wide characters",
                        RawFiles.file("{\"__metadata__\":{\"é漢😀\":1}}", 0),
                        37,
                        null,
                        "a value of __metadata__ must be a string, not 1"),
                bad(
                        "nested too deep",
                        RawFiles.file(entry("a", "\"x\":" + "[".repeat(200) + "]".repeat(200)), 0),
                        145,
                        null,
                        "nesting depth (129) exceeds the maximum allowed (128)"),
                bad(
                        "nested 100000 deep",
                        RawFiles.file("{\"a\":" + "[".repeat(100_000), 0),
                        13,
                        "a",
                        "must be described by an object, not a list"));
    }

    static Stream<Arguments> metadata() {
        return Stream.of(
                bad(
                        "null",
                        RawFiles.file("{\"__metadata__\":null}", 0),
                        24,
                        null,
                        "__metadata__ must be an object of strings, not null"),
                bad(
                        "list",
                        RawFiles.file("{\"__metadata__\":[]}", 0),
                        24,
                        null,
                        "__metadata__ must be an object of strings, not a list"),
                bad(
                        "number value",
                        RawFiles.file("{\"__metadata__\":{\"a\":1}}", 0),
                        29,
                        null,
                        "a value of __metadata__ must be a string, not 1"),
                bad(
                        "null value",
                        RawFiles.file("{\"__metadata__\":{\"a\":null}}", 0),
                        29,
                        null,
                        "a value of __metadata__ must be a string, not null"),
                bad(
                        "object value",
                        RawFiles.file("{\"__metadata__\":{\"a\":{}}}", 0),
                        29,
                        null,
                        "a value of __metadata__ must be a string, not an object"),
                bad(
                        "twice",
                        RawFiles.file("{\"__metadata__\":{},\"__metadata__\":{}}", 0),
                        27,
                        null,
                        "the key __metadata__ occurs twice"),
                bad(
                        "key twice",
                        RawFiles.file("{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0),
                        32,
                        null,
                        "a key of __metadata__ occurs twice"),
                bad(
                        "a tensor",
                        RawFiles.file(tensor("__metadata__", "\"U8\"", "[1]", "[0,1]"), 1),
                        46,
                        null,
                        "must be a string, not a list"));
    }

    static Stream<Arguments> types() {
        String twice = "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":1}";
        return Stream.of(
                bad("tensor twice", RawFiles.file(twice, 0), 61, "a", "the tensor occurs twice"),
                bad(
                        "escaped name twice",
                        RawFiles.file(twice.replace("},\"a\"", "},\"\\u0061\""), 0),
                        61,
                        "a",
                        "the tensor occurs twice"),
                bad(
                        "field twice",
                        RawFiles.file(entry("a", "\"dtype\":\"U8\",\"dtype\":\"U8\""), 0),
                        27,
                        "a",
                        "a field of the tensor occurs twice"),
                bad(
                        "unknown field twice",
                        RawFiles.file(entry("a", "\"x\":1,\"x\":1"), 0),
                        20,
                        "a",
                        "a field of the tensor occurs twice"),
                bad(
                        "shape twice",
                        RawFiles.file(entry("a", "\"shape\":[],\"shape\":[]"), 0),
                        25,
                        "a",
                        "a field of the tensor occurs twice"),
                bad(
                        "offsets twice",
                        RawFiles.file(entry("a", "\"data_offsets\":[0,0],\"data_offsets\":[0,0]"), 0),
                        35,
                        "a",
                        "a field of the tensor occurs twice"),
                bad(
                        "no object",
                        RawFiles.file("{\"a\":[\"U8\",[1],[0,1]]}", 1),
                        13,
                        "a",
                        "must be described by an object, not a list"),
                bad(
                        "dtype missing",
                        RawFiles.file(entry("a", "\"shape\":[],\"data_offsets\":[0,0]"), 0),
                        9,
                        "a",
                        "the field dtype is missing"),
                bad(
                        "shape missing",
                        RawFiles.file(entry("a", "\"dtype\":\"U8\",\"data_offsets\":[0,0]"), 0),
                        9,
                        "a",
                        "the field shape is missing"),
                bad(
                        "offsets missing",
                        RawFiles.file(entry("a", "\"dtype\":\"U8\",\"shape\":[1]"), 0),
                        9,
                        "a",
                        "the field data_offsets is missing"),
                bad(
                        "dtype unknown",
                        RawFiles.file(tensor("a", "\"F31\"", "[1]", "[0,1]"), 1),
                        22,
                        "a",
                        "unknown dtype 'F31'; the format knows [BOOL, F4,"),
                bad(
                        "dtype in lower case",
                        RawFiles.file(tensor("a", "\"u8\"", "[1]", "[0,1]"), 1),
                        22,
                        "a",
                        "unknown dtype 'u8'"),
                bad(
                        "dtype a number",
                        RawFiles.file(tensor("a", "8", "[1]", "[0,1]"), 1),
                        22,
                        "a",
                        "dtype must be a string, not 8"),
                bad(
                        "hostile name",
                        RawFiles.file(tensor("\\u001b[2J\\n", "8", "[1]", "[0,1]"), 1),
                        32,
                        "\u001b[2J\n",
                        "tensor '\\u001b[2J\\u000a'"));
    }

    static Stream<Arguments> shapes() {
        List<Arguments> cases = new ArrayList<>();
        // The shape begins at byte 35, its first dimension at byte 36.
        addShape(cases, "null", 35, "shape must be a list of whole numbers, not null");
        addShape(cases, "1", 35, "shape must be a list of whole numbers, not 1");
        addShape(cases, "{}", 35, "shape must be a list of whole numbers, not an object");
        addShape(cases, "[-1]", 36, "a dimension must not be negative, but is -1");
        addShape(cases, "[-0]", 36, "a dimension must not be negative, but is -0");
        addShape(cases, "[1.0]", 36, "a dimension must be a whole number, not 1.0");
        addShape(cases, "[1e0]", 36, "a dimension must be a whole number, not 1e0");
        addShape(cases, "[1e30]", 36, "a dimension must be a whole number, not 1e30");
        addShape(cases, "[\"1\"]", 36, "a dimension must be a whole number, not a string");
        addShape(cases, "[true]", 36, "a dimension must be a whole number, not true");
        addShape(cases, "[[1]]", 36, "a dimension must be a whole number, not a list");
        addShape(cases, "[9223372036854775808]", 36, "a dimension is beyond 2^63 - 1: 9223372036854775808");
        addShape(cases, "[0,18446744073709551615]", 38, "a dimension is beyond 2^63 - 1");
        addShape(cases, "[9223372036854775807,2]", 56, "shape has more than 2^63 - 1 elements");
        addShape(cases, "[4294967296,4294967296]", 47, "shape has more than 2^63 - 1 elements");
        addShape(cases, "[9223372036854775807,4,0]", 56, "shape has more than 2^63 - 1 elements");
        addShape(cases, "[01]", 37, "JSON text is invalid");
        addShape(cases, "[NaN]", 39, "JSON text is invalid: Non-standard token 'NaN'. ");
        addShape(cases, "[1,]", 38, "JSON text is invalid");
        cases.add(bad(
                "product times width",
                RawFiles.file(tensor("a", "\"F32\"", "[2305843009213693952]", "[0,1]"), 1),
                9,
                "a",
                "dtype F32 and shape [2305843009213693952] need more than 2^63 - 1 bits"));
        cases.add(bad(
                "size",
                RawFiles.file(tensor("a", "\"F32\"", "[2,3]", "[0,23]"), 23),
                9,
                "a",
                "dtype F32 and shape [2, 3] need 24 bytes, but data_offsets span 23"));
        cases.add(bad(
                "F4 not filling bytes",
                RawFiles.file(tensor("a", "\"F4\"", "[3]", "[0,2]"), 2),
                9,
                "a",
                "dtype F4 and shape [3] do not fill whole bytes"));
        cases.add(bad(
                "F6 not filling bytes",
                RawFiles.file(tensor("a", "\"F6_E2M3\"", "[]", "[0,1]"), 1),
                9,
                "a",
                "dtype F6_E2M3 and shape [] do not fill whole bytes"));
        cases.add(bad(
                "rank 65",
                RawFiles.file(tensor("a", "\"U8\"", "[1" + ",1".repeat(64) + "]", "[0,1]"), 1),
                164,
                "a",
                "more dimensions than the limit of 64"));
        return cases.stream();
    }

    static Stream<Arguments> ranges() {
        List<Arguments> cases = new ArrayList<>();
        // The list begins at byte 54, its first number at byte 55.
        addRange(cases, "[1,0]", 57, "data_offsets begin at 1 and end before, at 0");
        addRange(cases, "[-1,0]", 55, "the first of data_offsets must not be negative, but is -1");
        addRange(cases, "[0,2]", 57, "data_offsets end at 2, but the file has only 1 bytes after its header");
        addRange(cases, "[0,9223372036854775807]", 57, "data_offsets end at 9223372036854775807, but the file");
        addRange(cases, "[0,18446744073709551616]", 57, "the second of data_offsets is beyond 2^63 - 1");
        addRange(cases, "[]", 55, "the first of data_offsets must be a whole number, not the end of the list");
        addRange(cases, "[0]", 56, "the second of data_offsets must be a whole number, not the end of the list");
        addRange(cases, "[0,1,2]", 59, "data_offsets must be a list of two whole numbers, not 2");
        addRange(cases, "[\"0\",1]", 55, "the first of data_offsets must be a whole number, not a string");
        addRange(cases, "[0,1.5]", 57, "the second of data_offsets must be a whole number, not 1.5");
        addRange(cases, "\"0,1\"", 54, "data_offsets must be a list of two whole numbers, not a string");
        addRange(cases, "{\"0\":1}", 54, "data_offsets must be a list of two whole numbers, not an object");
        return cases.stream();
    }

    static Stream<Arguments> coverage() {
        return Stream.of(
                bad(
                        "same bytes",
                        tiled(4, 0, 4, 0, 4),
                        dataAt(0, 4, 0, 4),
                        "t1",
                        "its data overlaps that of tensor 't0', which ends at byte "),
                bad(
                        "overlap",
                        tiled(6, 0, 4, 2, 6),
                        dataAt(0, 4, 2, 6) + 2,
                        "t1",
                        "its data overlaps that of tensor 't0'"),
                bad(
                        "hole",
                        tiled(6, 0, 2, 3, 6),
                        dataAt(0, 2, 3, 6) + 2,
                        "t1",
                        "1 bytes before its data belong to no tensor"),
                bad(
                        "not from the start",
                        tiled(6, 4, 6),
                        dataAt(4, 6),
                        "t0",
                        "4 bytes before its data belong to no tensor"),
                bad(
                        "empty tensor within another",
                        tiled(4, 0, 4, 2, 2),
                        dataAt(0, 4, 2, 2) + 2,
                        "t1",
                        "its data overlaps that of tensor 't0'"),
                bad(
                        "empty tensor behind a hole",
                        tiled(4, 0, 2, 4, 4),
                        dataAt(0, 2, 4, 4) + 2,
                        "t1",
                        "2 bytes before its data"),
                bad(
                        "bytes after the last",
                        tiled(9, 0, 4),
                        dataAt(0, 4) + 4,
                        null,
                        "5 bytes at the end of the file belong to no tensor"),
                bad(
                        "bytes and no tensor",
                        RawFiles.file("{}", 3),
                        10,
                        null,
                        "3 bytes at the end of the file belong to no tensor"),
                bad(
                        "two bytes short",
                        tiled(2, 0, 4),
                        dataAt(0, 4) - 4,
                        "t0",
                        "data_offsets end at 4, but the file has only 2 bytes"));
    }

    @Test
    void limitsOnTensorsMetadataAndText() {
        SafetensorsLimits tight = new SafetensorsLimits(300, 2, 20, 2, 1, 25, 4);
        byte[] three = tiled(3, 0, 1, 1, 2, 2, 3);
        assertThat(refused(three, tight)).hasMessageContaining("the file has more tensors than the limit of 2");
        assertThat(refused(RawFiles.file("{\"__metadata__\":{\"a\":\"\",\"b\":\"\"}}", 0), tight))
                .hasMessageContaining("__metadata__ has more entries than the limit of 1");
        assertThat(refused(RawFiles.file("{\"" + "n".repeat(21) + "\":1}", 0), tight))
                .hasMessageContaining("exceeds the maximum allowed (20)");
        assertThat(refused(RawFiles.file("{\"__metadata__\":{\"a\":\"" + "v".repeat(26) + "\"}}", 0), tight))
                .hasMessageContaining("exceeds the maximum allowed (25)");
        assertThat(refused(RawFiles.file("{}" + " ".repeat(299), 0), tight))
                .hasMessageContaining("the header length 301 exceeds the limit of 300 bytes");
    }

    @Test
    void hugeTextsAndNumbersAreRefused() {
        byte[] json = new byte[90_000_000];
        for (String beginning : List.of("{\"1", "{\"__metadata__\":{\"a\":\"1", "{\"a\":{\"shape\":[1")) {
            Arrays.fill(json, (byte) '1');
            byte[] start = beginning.getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(start, 0, json, 0, start.length);
            assertThat(refused(RawFiles.file(json, 0), SafetensorsLimits.DEFAULTS))
                    .hasMessageContaining("exceeds the maximum allowed");
        }
    }

    private MalformedFileException refused(byte[] content, SafetensorsLimits limits) {
        return catchThrowableOfType(MalformedFileException.class, () -> RawFiles.read(directory, content, limits));
    }

    private static Arguments bad(String name, byte[] content, long offset, String tensor, String problem) {
        return arguments(name, content, offset, tensor, problem);
    }

    private static void addShape(List<Arguments> cases, String shape, long offset, String problem) {
        cases.add(bad(
                "shape " + shape,
                RawFiles.file(tensor("a", "\"U8\"", shape, "[0,1]"), 1),
                offset,
                problem.startsWith("JSON") ? null : "a",
                problem));
    }

    private static void addRange(List<Arguments> cases, String range, long offset, String problem) {
        cases.add(bad("offsets " + range, RawFiles.file(tensor("a", "\"U8\"", "[1]", range), 1), offset, "a", problem));
    }

    private static String entry(String name, String fields) {
        return "{\"" + name + "\":{" + fields + "}}";
    }

    private static String tensor(String name, String dtype, String shape, String range) {
        return entry(name, "\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + range);
    }

    /** A file of U8 tensors t0, t1, ... with the given begins and ends. */
    private static byte[] tiled(int dataBytes, int... ranges) {
        return RawFiles.file(tiledJson(ranges), dataBytes);
    }

    private static long dataAt(int... ranges) {
        return 8L + tiledJson(ranges).length();
    }

    private static String tiledJson(int... ranges) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < ranges.length; i += 2) {
            json.append(String.format(
                    Locale.ROOT,
                    "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}",
                    i == 0 ? "" : ",",
                    i / 2,
                    ranges[i + 1] - ranges[i],
                    ranges[i],
                    ranges[i + 1]));
        }
        return json.append('}').toString();
    }
}
