package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever goes past the page cache and whatever through it, the file is the same. */
class AlignedWriterTest {
    @TempDir
    Path directory;

    private final Random random = new Random(3);

    private Path write(byte[] expected, int streams, int longest, boolean always) throws IOException {
        Path file = directory.resolve("file");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            AlignedWriter writer = AlignedWriter.open(file, channel, always);
            Assumptions.assumeTrue(writer != null, "this file system knows no direct writes");
            try (writer) {
                writeInTurns(writer, expected, streams, longest);
                writer.flush();
            }
        }
        return file;
    }

    /** As tensors do: several parts grow at the same time, each from a place of its own. */
    private void writeInTurns(AlignedWriter writer, byte[] bytes, int streams, int longest) throws IOException {
        int[] next = new int[streams];
        int[] end = new int[streams];
        for (int i = 0; i < streams; i++) {
            next[i] = (int) ((long) bytes.length * i / streams);
            end[i] = (int) ((long) bytes.length * (i + 1) / streams);
        }
        for (boolean left = true; left; ) {
            left = false;
            for (int i = 0; i < streams; i++) {
                int length = Math.min(end[i] - next[i], 1 + random.nextInt(longest));
                writer.write(next[i], bytes, next[i], length);
                next[i] += length;
                left |= next[i] < end[i];
            }
        }
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void streamsOfLongWrites(int streams) throws IOException {
        byte[] expected = bytes(9_000_001);

        assertThat(Files.readAllBytes(write(expected, streams, 700_000, true))).isEqualTo(expected);
    }

    /** Pieces of both ways side by side: each is tried. */
    @Test
    void streamsThatGoWhicheverWayIsFaster() throws IOException {
        byte[] expected = bytes(40_000_001);

        assertThat(Files.readAllBytes(write(expected, 3, 3_000_000, false))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 5_000, 70_000})
    void shortWrites(int longest) throws IOException {
        byte[] expected = bytes(300_001);

        assertThat(Files.readAllBytes(write(expected, 2, longest, true))).isEqualTo(expected);
    }

    @Test
    void aTextWrittenLastBetweenTwoOthers() throws IOException {
        byte[] expected = bytes(3_000_000);
        Path file = directory.resolve("file");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                AlignedWriter writer = AlignedWriter.open(file, channel, true)) {
            Assumptions.assumeTrue(writer != null, "this file system knows no direct writes");
            writer.write(5_003, expected, 5_003, 1_500_000);
            writer.write(1_505_103, expected, 1_505_103, expected.length - 1_505_103);
            writer.write(0, expected, 0, 5_003);
            writer.write(1_505_003, expected, 1_505_003, 100);
            writer.flush();
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRefusedPieceGoesThroughThePageCache(boolean always) throws IOException {
        byte[] expected = bytes(5_000_000);
        Path file = directory.resolve("file");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            AlignedWriter writer = new AlignedWriter(channel, closedChannel(file), 4096, always);
            writer.write(100, expected, 100, 2_000_000);
            writer.write(2_000_100, expected, 2_000_100, expected.length - 2_000_100);
            writer.write(0, expected, 0, 100);
            writer.flush();
            writer.close();
        }

        assertThat(Files.readAllBytes(file)).isEqualTo(expected);
    }

    /** Refuses all. */
    private static FileChannel closedChannel(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        channel.close();
        return channel;
    }

    @Test
    void theUserChooses() {
        assertThat(DirectIo.of("auto").forFile(1 << 20)).isEqualTo(DirectIo.OFF);
        assertThat(DirectIo.of("AUTO").forFile(1 << 30)).isEqualTo(DirectIo.AUTO);
        assertThat(DirectIo.of("on").forFile(0)).isEqualTo(DirectIo.ON);
        assertThat(DirectIo.of("off").forFile(1L << 40)).isEqualTo(DirectIo.OFF);
        assertThatThrownBy(() -> DirectIo.of("maybe"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("auto, on, off");
    }
}
