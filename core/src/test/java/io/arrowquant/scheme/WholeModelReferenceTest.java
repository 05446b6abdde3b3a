package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Every linear layer of a small model as checkpoints of the reference tools hold it: names, types, shapes and bytes. */
class WholeModelReferenceTest {
    private static final int LINEAR_LAYERS = 28;

    private static final Map<String, String> SCHEMES = new TreeMap<>(Map.of(
            "bnb-nf4", "nf4",
            "bnb-nf4-dq", "nf4(nested=true)",
            "bnb-fp4", "fp4",
            "bnb-int8", "llm_int8",
            "gptq-sym4", "gptq_int4",
            "awq-asym4", "awq_int4"));

    static boolean filesArePresent() {
        return ReferenceFiles.directory() != null;
    }

    @TestFactory
    @EnabledIf("filesArePresent")
    List<DynamicTest> everyLinearLayer() throws IOException {
        Map<String, StoredTensor> model = new TreeMap<>();
        Path directory = ReferenceFiles.directory();
        try (Stream<Path> files = Files.list(directory.resolve("tiny-llama"))) {
            files.filter(file -> file.toString().endsWith(".safetensors"))
                    .forEach(file -> model.putAll(ReferenceFiles.tensors(file)));
        }
        model.keySet().removeIf(name -> !name.endsWith("_proj.weight"));
        assertThat(model).hasSize(LINEAR_LAYERS);
        JsonNode outputs = new ObjectMapper()
                .readTree(directory.resolve("tiny-llama-outputs.json").toFile());
        List<DynamicTest> tests = new ArrayList<>();
        SCHEMES.forEach((output, scheme) -> model.forEach((name, tensor) -> tests.add(DynamicTest.dynamicTest(
                output + ": " + name,
                () -> check(scheme, name, tensor, outputs.get(output).get("tensors"))))));
        return tests;
    }

    private static void check(String scheme, String name, StoredTensor tensor, JsonNode expected)
            throws NoSuchAlgorithmException {
        EncodedTensor encoded = EncodedTensor.of(scheme, tensor);
        for (int part = 0; part < encoded.parts().length; part++) {
            byte[] bytes = encoded.parts()[part];
            PartSpec spec = encoded.specs().get(part).written(bytes.length);
            JsonNode reference = expected.get(spec.nameFor(name));
            assertThat(reference).as(spec.nameFor(name)).isNotNull();
            assertThat(spec.dtype().name()).isEqualTo(reference.get("dtype").textValue());
            assertThat(spec.shape()).isEqualTo(shape(reference.get("shape")));
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            assertThat(HexFormat.of().formatHex(digest))
                    .as(spec.nameFor(name))
                    .isEqualTo(reference.get("sha256").textValue());
        }
        String module = name.substring(0, name.length() - "weight".length());
        List<String> ofModule = new ArrayList<>();
        expected.fieldNames().forEachRemaining(ofModule::add);
        ofModule.removeIf(other -> !other.startsWith(module));
        assertThat(encoded.specs())
                .extracting(spec -> spec.nameFor(name))
                .containsExactlyInAnyOrderElementsOf(ofModule);
    }

    private static Shape shape(JsonNode dimensions) {
        long[] lengths = new long[dimensions.size()];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = dimensions.get(i).longValue();
        }
        return Shape.of(lengths);
    }
}
