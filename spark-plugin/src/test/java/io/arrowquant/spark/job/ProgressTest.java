package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    private Progress progress(boolean terminal, Progress.State state) {
        PrintStream stream = new PrintStream(shown, true, StandardCharsets.UTF_8);
        return new Progress(
                new Streams(stream, stream, terminal), new ProgressLine("quantize", 291, 3_620_000_000L), () -> state);
    }

    @Test
    void aLineSaysHowFarHowFastAndHowLongStill() {
        ProgressLine line = new ProgressLine("quantize", 291, 3_620_000_000L);

        assertThat(line.at(120, 1_520_000_000L, 1.25))
                .isEqualTo("quantize  41 %  120/291 tensors  1.52/3.62 GB  1.22 GB/s  0:02 left");
        assertThat(line.at(0, 0, 0.5)).isEqualTo("quantize   0 %  0/291 tensors  0.000/3.62 GB  0.00 GB/s");
        assertThat(line.at(291, 3_620_000_000L, 2))
                .isEqualTo("quantize 100 %  291/291 tensors  3.62/3.62 GB  1.81 GB/s");
    }

    @Test
    void nothingToReadIsDoneAtOnce() {
        assertThat(new ProgressLine("quantize", 0, 0).at(0, 0, 1))
                .isEqualTo("quantize 100 %  0/0 tensors  0.000/0.000 GB  0.00 GB/s");
    }

    @Test
    void onATerminalTheLineIsWrittenOver() {
        try (Progress progress = progress(true, new Progress.State(3, 1000))) {
            progress.start();
        }

        assertThat(shown.toString(StandardCharsets.UTF_8))
                .startsWith("\rquantize   0 %  3/291")
                .endsWith("\n");
    }

    @Test
    void elsewhereThereAreNoCarriageReturns() {
        try (Progress progress = progress(false, new Progress.State(3, 1000))) {
            progress.start();
        }

        assertThat(shown.toString(StandardCharsets.UTF_8)).doesNotContain("\r").endsWith("\n");
    }

    @Test
    void durationsAreShort() {
        assertThat(Figures.duration(7)).isEqualTo("0:07");
        assertThat(Figures.duration(187)).isEqualTo("3:07");
        assertThat(Figures.duration(7387)).isEqualTo("2:03:07");
    }
}
