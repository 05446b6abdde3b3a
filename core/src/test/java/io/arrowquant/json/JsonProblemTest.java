package io.arrowquant.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JacksonException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonProblemTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{\"a\": [}; Unexpected close marker '}': expected ']' (for Array starting at line 1, column 7)",
                "[1,; Unexpected end-of-input within/between Array entries",
                "[1 2]; Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
                "[0012]; Invalid numeric value: Leading zeroes not allowed"
            })
    void saysWhatIsWrongWithTheText(String text, String problem) {
        JacksonException malformed = catchThrowableOfType(
                JacksonException.class, () -> PythonJson.read(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(JsonProblem.of(malformed)).isEqualTo(problem);
    }
}
