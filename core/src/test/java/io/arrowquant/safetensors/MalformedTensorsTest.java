package io.arrowquant.safetensors;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way a header can describe tensors wrongly: each by itself, and all together. */
class MalformedTensorsTest extends MalformedFiles {
    @ParameterizedTest(name = "{0}")
    @MethodSource({"types", "shapes", "ranges", "coverage"})
    void malformed(String name, byte[] content, long offset, String tensor, String problem) {
        assertRefused(content, offset, tensor, problem);
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
}
