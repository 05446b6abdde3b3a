package io.arrowquant.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc32cTest {
    @Test
    void agreesWithThePublishedCheckValue() {
        assertThat(Crc32c.text(Crc32c.of("123456789".getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo("e3069283");
    }

    @Test
    void partsCombineToTheChecksumOfTheWhole() {
        Random random = new Random(5);
        for (int length : new int[] {0, 1, 2, 31, 4096, 100_003}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            int cut = length == 0 ? 0 : random.nextInt(length);

            int combined = Crc32c.combine(Crc32c.of(bytes, 0, cut), Crc32c.of(bytes, cut, length - cut), length - cut);

            assertThat(combined).isEqualTo(Crc32c.of(bytes));
        }
    }
}
