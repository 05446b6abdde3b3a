package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of damaged headers: each is either still valid and covers its file, or a MalformedFileException. */
class HeaderMutationTest {
    private static final int MUTATIONS = 2500;

    /** Pieces that mean something to the format, since random bytes seldom get past the first checks. */
    private static final List<String> TOKENS = List.of(
            "0",
            "-1",
            "9223372036854775807",
            "18446744073709551616",
            "1e9",
            "[",
            "]",
            "{",
            "}",
            "\"",
            ",",
            ":",
            "null",
            "\\u0000",
            "\\ud800",
            "\"a\"",
            "\"dtype\"",
            "\"F4\"",
            "\"F64\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "[0,0]",
            "\u00e9",
            "\ufeff",
            " ",
            "\n");

    @TempDir
    Path directory;

    @Test
    void everyMutationIsValidOrMalformed() throws IOException {
        Random random = new Random(20_240_229);
        int valid = 0;
        for (String seed : List.of("all-dtypes", "odd-names", "shapes")) {
            byte[] golden = RawFiles.resource(seed + ".safetensors");
            for (int i = 0; i < MUTATIONS / 3; i++) {
                valid += survives(mutate(golden, random)) ? 1 : 0;
            }
        }
        assertThat(valid).as("mutations that leave a valid file").isBetween(1, MUTATIONS / 2);
    }

    private boolean survives(byte[] content) throws IOException {
        SafetensorsHeader header;
        try {
            header = RawFiles.read(directory, content);
        } catch (MalformedFileException expected) {
            assertThat(expected.offset()).isBetween(0L, (long) content.length);
            assertThat(expected.remedy()).isNotEmpty();
            return false;
        }
        long covered = header.dataStart();
        for (TensorInfo tensor : header.tensors()) {
            assertThat(tensor.offset()).isEqualTo(covered);
            assertThat(tensor.dtype().byteLength(tensor.elements())).isEqualTo(tensor.byteLength());
            covered += tensor.byteLength();
        }
        assertThat(covered).isEqualTo(content.length);
        return true;
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] mutated = original.clone();
        int rounds = 1 + random.nextInt(3);
        for (int round = 0; round < rounds; round++) {
            int headerEnd = Math.min(mutated.length, 8 + headerLength(original));
            int at = random.nextInt(headerEnd);
            switch (random.nextInt(6)) {
                case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length) + 8);
                case 2 -> mutated = splice(mutated, at, at, TOKENS.get(random.nextInt(TOKENS.size())));
                case 3 -> {
                    int end = Math.min(headerEnd, at + 1 + random.nextInt(8));
                    mutated = splice(mutated, at, end, TOKENS.get(random.nextInt(TOKENS.size())));
                }
                case 4 -> mutated = splice(mutated, at, Math.min(headerEnd, at + random.nextInt(60)), "");
                default -> {
                    int end = Math.min(headerEnd, at + random.nextInt(60));
                    String copied = new String(mutated, at, end - at, StandardCharsets.ISO_8859_1);
                    mutated = splice(mutated, at, at, copied);
                }
            }
        }
        return mutated;
    }

    /** Replaces bytes; the length field follows, so that the damage is found in the JSON and not by its length. */
    private static byte[] splice(byte[] content, int from, int to, String replacement) {
        byte[] inserted = replacement.getBytes(StandardCharsets.ISO_8859_1);
        int start = Math.max(8, from);
        int end = Math.max(start, to);
        if (content.length < end) {
            return content;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(content, 0, start);
        out.writeBytes(inserted);
        out.write(content, end, content.length - end);
        byte[] result = out.toByteArray();
        ByteBuffer length = ByteBuffer.wrap(result).order(ByteOrder.LITTLE_ENDIAN);
        length.putLong(0, length.getLong(0) + inserted.length - (end - start));
        return result;
    }

    private static int headerLength(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }
}
