package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.ReferenceFiles;
import io.arrowquant.scheme.StoredTensor;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every file that compressed-tensors made, byte for byte, where the files are present. */
class CompressedReferenceTest {
    private static final String WITH_INFINITY = "huge4k.bf16";

    static boolean filesArePresent() {
        return ReferenceFiles.directory() != null;
    }

    @TestFactory
    @EnabledIf("filesArePresent")
    List<DynamicTest> everyFile() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.walk(ReferenceFiles.directory().resolve("compressed-tensors"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String input = file.getParent().getFileName().toString();
                tests.add(DynamicTest.dynamicTest(input + "/" + file.getFileName(), () -> check(input, file)));
            }
        }
        assertThat(tests).hasSizeGreaterThanOrEqualTo(175);
        return tests;
    }

    private static void check(String input, Path file) {
        String name = file.getFileName().toString().replace(".safetensors", "");
        StoredTensor source = ReferenceFiles.input(input);
        Map<String, StoredTensor> expected = ReferenceFiles.tensors(file);
        // Comes from calibration, which nobody did: the file has whatever was in memory.
        expected.remove("input_scale");
        if (input.equals(WITH_INFINITY)) {
            checkFiniteRows(scheme(name), source, expected);
            return;
        }
        EncodedTensor encoded = EncodedTensor.of(scheme(name), source);
        Set<String> names = new HashSet<>();
        for (int part = 0; part < encoded.parts().length; part++) {
            PartSpec spec = encoded.specs().get(part);
            StoredTensor reference = expected.get(spec.nameFor("weight"));
            assertThat(spec.dtype()).as(spec.suffix()).isEqualTo(reference.dtype());
            assertThat(spec.shape()).as(spec.suffix()).isEqualTo(reference.shape());
            assertThat(encoded.parts()[part]).as(spec.suffix()).isEqualTo(reference.bytes());
            names.add(spec.nameFor("weight"));
        }
        assertThat(names).isEqualTo(expected.keySet());
    }

    /** The last of four rows holds infinities, which we refuse; the others must be as the reference has them. */
    private static void checkFiniteRows(String scheme, StoredTensor source, Map<String, StoredTensor> expected) {
        assertThatThrownBy(() -> EncodedTensor.of(scheme, source))
                .isInstanceOf(QuantizationException.class)
                .hasMessageContaining("'l0' contains -Infinity at index 3072");
        if (!rowsStandAlone(scheme)) {
            return;
        }
        byte[] rows = Arrays.copyOf(source.bytes(), source.bytes().length / 4 * 3);
        EncodedTensor encoded = EncodedTensor.of(scheme, new StoredTensor(source.dtype(), Shape.of(3, 1024), rows));
        for (int part = 0; part < 2; part++) {
            PartSpec spec = encoded.specs().get(part);
            byte[] reference = expected.get(spec.nameFor("weight")).bytes();
            assertThat(encoded.parts()[part])
                    .as(spec.suffix())
                    .isEqualTo(Arrays.copyOf(reference, reference.length / 4 * 3));
        }
    }

    private static boolean rowsStandAlone(String scheme) {
        return !scheme.contains("tensor")
                && !scheme.startsWith("NVFP4")
                && !scheme.equals("FP8")
                && !scheme.equals("FP8_BLOCK");
    }

    /** The scheme of a file called after a preset, or after type, strategy, symmetry and observer. */
    static String scheme(String name) {
        if (name.equals("fp8_g128")) {
            return "FP8_DYNAMIC(strategy=group)";
        }
        if (!name.startsWith("int")) {
            return name;
        }
        String[] words = name.split("_", -1);
        String strategy = words[1].startsWith("g") ? "group,group_size=" + words[1].substring(1) : words[1];
        return String.format(
                Locale.ROOT,
                "W%sA16(strategy=%s,symmetric=%s,observer=%s)",
                words[0].substring(3),
                strategy,
                words[2].equals("sym"),
                words.length > 3 ? "mse" : "minmax");
    }
}
