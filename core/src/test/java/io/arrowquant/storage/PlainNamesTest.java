package io.arrowquant.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainNamesTest {
    @ParameterizedTest
    @CsvSource({
        "model.safetensors, true",
        "a_b, true",
        ".hidden, false",
        "_temporary, false",
        "__init__.py, false",
    })
    void listingsPassOverSomeNames(String name, boolean visible) {
        assertThat(PlainNames.isVisible(name)).isEqualTo(visible);
    }

    @ParameterizedTest
    @CsvSource({
        "model, true",
        "..a, true",
        "., false",
        ".., false",
        "'', false",
        "a/b, false",
        "a\\b, false",
        "c:x, false"
    })
    void plainNamesStayInTheirDirectory(String name, boolean plain) {
        assertThat(PlainNames.isPlain(name)).isEqualTo(plain);
    }
}
