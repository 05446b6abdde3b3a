package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Encoding leaves nothing to the garbage collector once its buffers are there. With plain loops only: whether the
 * compiler of JDK 17 puts vectors into boxes depends on what a JVM ran before.
 */
class AllocationTest {
    private static final List<String> SCHEMES = List.of(
            "int4", "int8", "W4A16", "W8A16", "FP8_DYNAMIC", "NVFP4A16", "MXFP4A16", "Q8_0", "Q4_0", "Q4_K", "Q6_K");

    @Test
    void piecesOfATensorAllocateNothing(@TempDir Path directory) throws Exception {
        String kernels = "scalar";
        List<String> lines = probe(kernels, directory.resolve("log"));

        assertThat(lines).contains(kernels);
        List<String> results = lines.subList(lines.indexOf(kernels) + 1, lines.size());
        assertThat(results).hasSize(2 * SCHEMES.size());
        assertThat(results)
                .as("scheme, type, and bytes for each piece")
                .allMatch(
                        line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)) < AllocationProbe.MOST_BYTES);
    }

    private static List<String> probe(String kernels, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Xmx256m",
                "-Darrowquant.kernels=" + kernels,
                "-cp",
                System.getProperty("java.class.path"),
                AllocationProbe.class.getName()));
        command.addAll(SCHEMES);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        return Files.readAllLines(log);
    }
}
