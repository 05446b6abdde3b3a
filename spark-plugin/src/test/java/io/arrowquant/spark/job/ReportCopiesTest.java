package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportCopiesTest {
    @Test
    void everyOutputHasADirectoryOfItsOwn() {
        assertThat(ReportCopies.directories("s3a://reports/run", List.of("/a/int4", "/a/nf4", "s3a://b/fp8/")))
                .containsExactly("s3a://reports/run", "s3a://reports/run/nf4", "s3a://reports/run/fp8");
        assertThat(ReportCopies.directories(
                        "reports/", List.of("x", "/a/llama", "/b/Llama//", "/c/llama-2", "/d/llama")))
                .containsExactly(
                        "reports/", "reports/llama", "reports/Llama-2", "reports/llama-2-2", "reports/llama-3");
        assertThat(ReportCopies.directories("r", List.of("x", ".", "../..", "/")))
                .containsExactly("r", "r/output", "r/output-2", "r/output-3");
    }
}
