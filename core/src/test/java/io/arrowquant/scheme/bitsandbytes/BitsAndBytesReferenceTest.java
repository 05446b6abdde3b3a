package io.arrowquant.scheme.bitsandbytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.json.PythonFloat;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.ReferenceFiles;
import io.arrowquant.scheme.ReferenceSums;
import io.arrowquant.scheme.StoredTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every file that bitsandbytes made, bit for bit, values included, where the files are present; slices elsewhere. */
class BitsAndBytesReferenceTest {
    /** What the files call the parts. */
    private static final Map<String, List<String>> NAMES = Map.of(
            "weight", List.of("packed", "q"),
            "absmax", List.of("absmax_q", "absmax"),
            "quant_map", List.of("code"),
            "nested_absmax", List.of("nested_absmax"),
            "nested_quant_map", List.of("nested_code"));

    static boolean filesArePresent() {
        return ReferenceFiles.directory() != null;
    }

    @TestFactory
    List<DynamicTest> everySlice() throws IOException {
        return ReferenceSums.tests("bitsandbytes.sha256", BitsAndBytesReferenceTest::scheme);
    }

    @TestFactory
    @EnabledIf("filesArePresent")
    List<DynamicTest> everyFile() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ReferenceFiles.directory().resolve("bitsandbytes"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String input = file.getParent().getFileName().toString();
                tests.add(DynamicTest.dynamicTest(input + "/" + file.getFileName(), () -> check(input, file)));
            }
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(65);
        return tests;
    }

    private static void check(String input, Path file) {
        String scheme = scheme(file.getFileName().toString().replace(".safetensors", ""));
        StoredTensor source = ReferenceFiles.input(input);
        if (input.equals("huge4k.bf16")) {
            assertThatThrownBy(() -> EncodedTensor.of(scheme, source))
                    .isInstanceOf(QuantizationException.class)
                    .hasMessageContaining("-Infinity at index 3072");
            return;
        }
        EncodedTensor encoded = EncodedTensor.of(scheme, source);
        Map<String, StoredTensor> expected = ReferenceFiles.tensors(file);
        for (int part = 0; part < encoded.parts().length; part++) {
            String suffix = encoded.specs().get(part).suffix();
            if (suffix.startsWith("quant_state")) {
                checkOffset(encoded.parts()[part], expected.get("offset"));
            } else {
                assertThat(encoded.parts()[part])
                        .as(suffix)
                        .isEqualTo(named(expected, NAMES.get(suffix)).bytes());
            }
        }
        if (expected.containsKey("dequant")) {
            StoredTensor decoded = StoredTensor.of(source.dtype(), 1024, encoded.decoded());
            assertThat(decoded.bytes()).isEqualTo(expected.get("dequant").bytes());
        }
    }

    private static StoredTensor named(Map<String, StoredTensor> expected, List<String> names) {
        for (String name : names) {
            if (expected.containsKey(name)) {
                return expected.get(name);
            }
        }
        throw new AssertionError("none of " + names + " in " + expected.keySet());
    }

    private static void checkOffset(byte[] state, StoredTensor offset) {
        String text = new String(state, StandardCharsets.US_ASCII);
        if (offset == null) {
            assertThat(text).doesNotContain("nested");
        } else {
            assertThat(text).contains("\"nested_offset\": " + PythonFloat.repr(offset.floats()[0]) + "}");
        }
    }

    /** The scheme of a file: {@code nf4_b64_dq}. */
    private static String scheme(String name) {
        String[] words = name.split("_", -1);
        if (words[0].equals("int8")) {
            return "bnb_int8(block=" + words[2].substring(1) + ")";
        }
        return words[0] + "(block=" + words[1].substring(1) + ",nested=" + (words.length > 2) + ")";
    }
}
