package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way the text of a header can be wrong, before it describes a tensor; limits on it. */
class MalformedHeaderTest extends MalformedFiles {
    @ParameterizedTest(name = "{0}")
    @MethodSource({"lengths", "texts", "metadata"})
    void malformed(String name, byte[] content, long offset, String tensor, String problem) {
        assertRefused(content, offset, tensor, problem);
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
}
