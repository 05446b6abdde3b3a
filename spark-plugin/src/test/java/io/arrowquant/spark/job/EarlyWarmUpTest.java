package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyWarmUpTest {
    @TempDir
    Path directory;

    @Test
    void aGlanceAtTheInput() throws IOException {
        Files.write(directory.resolve("a.safetensors"), new byte[100]);
        Files.write(directory.resolve("b.safetensors"), new byte[23]);

        assertThat(EarlyWarmUp.localBytes(directory.toString())).isEqualTo(123);
        assertThat(EarlyWarmUp.localBytes(directory.toUri().toString())).isEqualTo(123);
        assertThat(EarlyWarmUp.localBytes(directory + "/b.safetensors")).isEqualTo(23);
    }

    @Test
    void whatIsNotHereCountsNothing() {
        assertThat(EarlyWarmUp.localBytes(directory + "/missing")).isZero();
        assertThat(EarlyWarmUp.localBytes("s3a://bucket/model")).isZero();
        assertThat(EarlyWarmUp.localBytes("file:/a path with spaces")).isZero();
        assertThat(EarlyWarmUp.localBytes(directory + "/*.safetensors")).isZero();
    }
}
