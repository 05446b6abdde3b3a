package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;

/** The first command that a stranger runs. */
class DemoTest extends JobTestBase {
    @Test
    void showsEveryStepAndRunsAgain() throws IOException {
        Path base = directory.resolve("de mo");
        Outcome first = succeed("demo", "--dir", base, "--size", "15MB");

        assertThat(first.out())
                .contains(
                        "reason when kept",
                        "output head",
                        "Partitions",
                        "Quality, worst layers first",
                        "Output: " + base.resolve("quantized-int4"));
        assertThat(first.err()).contains("Making a checkpoint", "100 %  ");
        assertThat(files(base.resolve("checkpoint"))).contains("config.json", "model.safetensors.index.json");
        assertThat(succeed("inspect", base.resolve("checkpoint"), "--json")
                        .json()
                        .get("totals")
                        .get("tensors")
                        .asInt())
                .isEqualTo(3 + 9);

        FileTime made = Files.getLastModifiedTime(base.resolve("checkpoint").resolve("config.json"));
        Outcome second = succeed("demo", "--dir", base, "--size", "15MB");
        assertThat(second.err()).contains("Using the checkpoint");
        assertThat(Files.getLastModifiedTime(base.resolve("checkpoint").resolve("config.json")))
                .isEqualTo(made);
        assertThat(succeed("verify", base.resolve("quantized-int4")).exitCode()).isZero();
    }
}
