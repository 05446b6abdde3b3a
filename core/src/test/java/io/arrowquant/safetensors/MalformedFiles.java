package io.arrowquant.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.arrowquant.error.MalformedFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** Files with something wrong in them, and where and how the error says so. */
abstract class MalformedFiles {
    @TempDir
    Path directory;

    static Arguments bad(String name, byte[] content, long offset, String tensor, String problem) {
        return arguments(name, content, offset, tensor, problem);
    }

    final void assertRefused(byte[] content, long offset, String tensor, String problem) {
        MalformedFileException error = refused(content, SafetensorsLimits.DEFAULTS);

        assertThat(error).hasMessageContaining("Malformed file case.safetensors at byte " + offset);
        assertThat(error).hasMessageContaining(problem);
        assertThat(error.file()).isEqualTo("case.safetensors");
        assertThat(error.offset()).isEqualTo(offset);
        assertThat(error.tensor()).isEqualTo(tensor);
        assertThat(error.remedy()).isNotEmpty();
    }

    final MalformedFileException refused(byte[] content, SafetensorsLimits limits) {
        return catchThrowableOfType(MalformedFileException.class, () -> RawFiles.read(directory, content, limits));
    }

    static String entry(String name, String fields) {
        return "{\"" + name + "\":{" + fields + "}}";
    }

    static String tensor(String name, String dtype, String shape, String range) {
        return entry(name, "\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + range);
    }

    /** A file of U8 tensors t0, t1, ... with the given begins and ends. */
    static byte[] tiled(int dataBytes, int... ranges) {
        return RawFiles.file(tiledJson(ranges), dataBytes);
    }

    static long dataAt(int... ranges) {
        return 8L + tiledJson(ranges).length();
    }

    private static String tiledJson(int... ranges) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < ranges.length; i += 2) {
            json.append(String.format(
                    Locale.ROOT,
                    "%s\"t%d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}",
                    i == 0 ? "" : ",",
                    i / 2,
                    ranges[i + 1] - ranges[i],
                    ranges[i],
                    ranges[i + 1]));
        }
        return json.append('}').toString();
    }
}
