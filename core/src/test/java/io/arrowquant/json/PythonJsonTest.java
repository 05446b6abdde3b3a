package io.arrowquant.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Expected texts are what Python's json module prints. */
class PythonJsonTest {
    private static JsonNode read(String text) throws JacksonException {
        return PythonJson.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder();
        PythonJson.quote(json, text);
        return json.toString();
    }

    @Test
    void levelsAreIndentedByTwo() throws JacksonException {
        assertThat(PythonJson.sorted(read("{\"b\":[],\"a\":{},\"B\":[1,[2,{\"x\":null}]],\"c\":{\"d\":{\"e\":true}}}")))
                .isEqualTo("""
                        {
                          "B": [
                            1,
                            [
                              2,
                              {
                                "x": null
                              }
                            ]
                          ],
                          "a": {},
                          "b": [],
                          "c": {
                            "d": {
                              "e": true
                            }
                          }
                        }""");
    }

    @Test
    void keysKeepTheirOrderUnlessSorted() throws JacksonException {
        JsonNode value = read("{\"b\": {\"d\": 1, \"c\": 2}, \"a\": false}");
        assertThat(PythonJson.indented(value))
                .isEqualTo("{\n  \"b\": {\n    \"d\": 1,\n    \"c\": 2\n  },\n  \"a\": false\n}");
        assertThat(PythonJson.sorted(value))
                .isEqualTo("{\n  \"a\": false,\n  \"b\": {\n    \"c\": 2,\n    \"d\": 1\n  }\n}");
    }

    /** The halves of a surrogate pair are less than the last characters of the basic plane. */
    @Test
    void keysAreInTheOrderOfTheirCodePoints() throws JacksonException {
        assertThat(PythonJson.sorted(
                        read("{\"\ud83d\ude00\": 1, \"\uffee\": 2, \"z\": 3, \"Z\": 4, \"za\": 5, \"\": 6}")))
                .isEqualTo("{\n  \"\": 6,\n  \"Z\": 4,\n  \"z\": 3,\n  \"za\": 5,\n  \"\\uffee\": 2,\n"
                        + "  \"\\ud83d\\ude00\": 1\n}");
    }

    @Test
    void textsAreAscii() {
        assertThat(quoted("plain ~ text / <&>")).isEqualTo("\"plain ~ text / <&>\"");
        assertThat(quoted("\"\\\b\f\n\r\t")).isEqualTo("\"\\\"\\\\\\b\\f\\n\\r\\t\"");
        assertThat(quoted("\u0000\u001f\u007f\u00e9\u2028\ud83d\ude00"))
                .isEqualTo("\"\\u0000\\u001f\\u007f\\u00e9\\u2028\\ud83d\\ude00\"");
    }

    @ParameterizedTest
    @CsvSource({
        "1e-5, 1e-05",
        "10000.0, 10000.0",
        "1E4, 10000.0",
        "1e16, 1e+16",
        "-0.0, -0.0",
        "-0, 0",
        "7, 7",
        "9223372036854775807, 9223372036854775807",
        "123456789012345678901234567890, 123456789012345678901234567890",
        "1e999, Infinity",
        "NaN, NaN",
        "Infinity, Infinity",
        "-Infinity, -Infinity",
        "true, true",
        "null, null",
        "[], []",
        "{}, {}"
    })
    void valuesAreSpelledAsPythonSpellsThem(String text, String expected) throws JacksonException {
        assertThat(PythonJson.sorted(read(text))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[1,]", "{\"a\": 1} x", "'a'", "{a: 1}", "01", "tru"})
    void whatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(JacksonException.class);
    }

    @Test
    void ofEqualKeysTheLastCounts() throws JacksonException {
        assertThat(PythonJson.indented(read("{\"a\": 1, \"b\": 2, \"a\": 3}")))
                .isEqualTo("{\n  \"a\": 3,\n  \"b\": 2\n}");
    }
}
