package io.arrowquant.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "17, 17",
        " 4 MiB , 4194304",
        "4m, 4194304",
        "1k, 1024",
        "5GB, 5000000000",
        "1g, 1073741824",
        "2KB, 2000",
        "3mb, 3000000",
        "1TB, 1000000000000",
        "1tib, 1099511627776",
        "9b, 9",
        "4.5GB, 4500000000",
        "0.1GB, 100000000",
        "1.5k, 1536",
        "0.0015kb, 1",
        "9223372036854775807, 9223372036854775807"
    })
    void readsSizes(String text, long bytes) {
        assertThat(ByteSize.parse("splitBytes", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "4x",
                "GB",
                "1.5",
                ".5GB",
                "1.GB",
                "1e6",
                "99999999999999999999",
                "9223372036854775808",
                "9999999999999TB"
            })
    void refusesTheRest(String text) {
        assertThatThrownBy(() -> ByteSize.parse("splitBytes", text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Invalid splitBytes: '" + text + "'. Write bytes, or a size such as 64MiB or 4.5GB");
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1572864, 1.5 MiB", "9223372036854775807, 8192.0 PiB"})
    void showsSizes(long bytes, String text) {
        assertThat(ByteSize.show(bytes)).isEqualTo(text);
    }
}
