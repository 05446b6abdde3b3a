package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Models that are more than a stack of matrices: experts in one tensor, pipelines of several components, odd shapes. */
class ModelShapesTest extends JobTestBase {
    private static final int EXPERTS = 3;
    private static final String LAYER = "model.layers.0.mlp.experts.";

    private static Stored rows(String name, Stored from, int first, int rows) {
        int columns = (int) from.shape().columns();
        int at = first * columns * 2;
        return new Stored(
                name,
                DataType.BF16,
                Shape.of(rows, columns),
                Arrays.copyOfRange(from.data(), at, at + rows * columns * 2));
    }

    /** The same model twice: with its experts in two tensors, and one by one. */
    private void writeExperts(Path fused, Path apart) throws IOException {
        Stored gateUp = CheckpointFiles.gaussian(LAYER + "gate_up_proj", DataType.BF16, EXPERTS, 128, 64);
        Stored down = CheckpointFiles.gaussian(LAYER + "down_proj", DataType.BF16, EXPERTS, 64, 64);
        Stored query = CheckpointFiles.gaussian("model.layers.0.self_attn.q_proj.weight", DataType.BF16, 64, 64);
        CheckpointFiles.write(fused.resolve("model.safetensors"), gateUp, down, query);
        List<Stored> single = new ArrayList<>(List.of(query));
        for (int expert = 0; expert < EXPERTS; expert++) {
            single.add(rows(LAYER + expert + ".gate_proj.weight", gateUp, expert * 128, 64));
            single.add(rows(LAYER + expert + ".up_proj.weight", gateUp, expert * 128 + 64, 64));
            single.add(rows(LAYER + expert + ".down_proj.weight", down, expert * 64, 64));
        }
        CheckpointFiles.write(apart.resolve("model.safetensors"), single.toArray(Stored[]::new));
        for (Path model : List.of(fused, apart)) {
            Files.writeString(model.resolve("config.json"), "{\"model_type\": \"qwen3_moe\"}");
        }
    }

    @Test
    void expertsInOneTensorComeOutOneByOne() throws IOException {
        Path fused = directory.resolve("fused");
        Path apart = directory.resolve("apart");
        writeExperts(fused, apart);
        for (String scheme : List.of("W4A16(group_size=32)", "W8A8", "NVFP4A16")) {
            Path one = directory.resolve("one");
            Path other = directory.resolve("other");
            succeed("quantize", "--input", fused, "--output", one, "--scheme", scheme, "--overwrite");
            succeed("quantize", "--input", apart, "--output", other, "--scheme", scheme, "--overwrite");
            assertThat(contents(one))
                    .as(scheme)
                    .isEqualTo(contents(other))
                    .containsKey(LAYER + "2.down_proj.weight_scale");
            succeed("verify", one);
            // llm-compressor writes one beside a single file, too.
            assertThat(files(one)).contains("model.safetensors", "model.safetensors.index.json");
        }
        Path kept = directory.resolve("kept");
        succeed("quantize", "--input", fused, "--output", kept, "--scheme", "FP8_DYNAMIC", "--skip", "re:.*experts.*");
        assertThat(contents(kept)).containsKeys(LAYER + "0.gate_proj.weight", LAYER + "2.down_proj.weight");
    }

    @Test
    void partnersThatShareAScaleAreWrittenIntoTheFileOfTheFirst() throws IOException {
        String attention = "model.layers.0.self_attn.";
        Stored query = CheckpointFiles.gaussian(attention + "q_proj.weight", DataType.BF16, 64, 64);
        Stored key = CheckpointFiles.gaussian(attention + "k_proj.weight", DataType.BF16, 32, 64);
        Stored down = CheckpointFiles.gaussian("model.layers.0.mlp.down_proj.weight", DataType.BF16, 64, 64);
        Path model = directory.resolve("several");
        CheckpointFiles.write(model.resolve("model-00001-of-00002.safetensors"), key, down);
        CheckpointFiles.write(model.resolve("model-00002-of-00002.safetensors"), query);
        Path single = directory.resolve("single");
        CheckpointFiles.write(single.resolve("model.safetensors"), query, key, down);
        for (Path source : List.of(model, single)) {
            Files.writeString(source.resolve("config.json"), "{\"model_type\": \"llama\"}");
        }
        Path output = directory.resolve("out");
        Path right = directory.resolve("right");
        Map<String, String> holders = Map.of("NVFP4A16", "model-00002-of-00002", "W8A8", "model-00001-of-00002");
        for (Map.Entry<String, String> holder : holders.entrySet()) {
            String scheme = holder.getKey();
            succeed("quantize", "--input", model, "--output", output, "--scheme", scheme, "--overwrite");
            succeed("quantize", "--input", single, "--output", right, "--scheme", scheme, "--overwrite");
            assertThat(contents(output)).as(scheme).isEqualTo(contents(right));
            JsonNode index =
                    JSON.readTree(output.resolve("model.safetensors.index.json").toFile());
            assertThat(index.get("weight_map").get(attention + "k_proj.weight_scale"))
                    .asString()
                    .as(scheme)
                    .contains(holder.getValue());
            succeed("verify", output);
        }
    }

    @Test
    void bitsandbytesLeavesExpertsInOneTensor() throws IOException {
        Path fused = directory.resolve("fused");
        writeExperts(fused, directory.resolve("apart"));
        Path output = directory.resolve("out");
        succeed("quantize", "--input", fused, "--output", output, "--scheme", "nf4");
        assertThat(contents(output))
                .containsKeys(LAYER + "gate_up_proj", LAYER + "down_proj")
                .containsKey("model.layers.0.self_attn.q_proj.weight.absmax")
                .doesNotContainKey(LAYER + "0.down_proj.weight");
        succeed("verify", output);
    }

    @Test
    void withoutDefaultsTurnedExpertsComeOutAsTheToolTakesThem() throws IOException {
        Path model = directory.resolve("model");
        writeExperts(model, directory.resolve("apart"));
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"gpt_oss\"}");
        Path kept = directory.resolve("kept");
        succeed("quantize", "--input", model, "--output", kept, "--scheme", "W8A8");
        assertThat(contents(kept)).containsKey(LAYER + "gate_up_proj");
        Path taken = directory.resolve("taken");
        succeed("quantize", "--input", model, "--output", taken, "--scheme", "W8A8", "--no-defaults");
        assertThat(contents(taken))
                .containsKey(LAYER + "2.up_proj.weight_scale")
                .doesNotContainKey(LAYER + "gate_up_proj");
    }

    private static Stored turned(Stored from, String name) {
        int rows = (int) from.shape().rows();
        int columns = (int) from.shape().columns();
        byte[] data = new byte[from.data().length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(from.data(), (row * columns + column) * 2, data, (column * rows + row) * 2, 2);
            }
        }
        return new Stored(name, from.dtype(), Shape.of(columns, rows), data);
    }

    @Test
    void conv1dIsQuantizedAsTheLinearModuleItStandsFor() throws IOException {
        String attention = "transformer.h.0.attn.c_attn.weight";
        String output = "transformer.h.0.mlp.c_proj.weight";
        Stored one = CheckpointFiles.gaussian(attention, DataType.BF16, 61, 192);
        Stored other = CheckpointFiles.gaussian(output, DataType.BF16, 256, 61);
        Path gpt2 = directory.resolve("gpt2");
        CheckpointFiles.write(gpt2.resolve("model.safetensors"), one, other);
        Files.writeString(gpt2.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Path linear = directory.resolve("linear");
        CheckpointFiles.write(linear.resolve("model.safetensors"), turned(one, attention), other);
        Files.writeString(linear.resolve("config.json"), "{\"model_type\": \"other\"}");
        for (String scheme : List.of("nf4(nested=true)", "llm_int8")) {
            Path left = directory.resolve("left");
            Path right = directory.resolve("right");
            String kept = "transformer.h.0.mlp.c_proj";
            succeed("quantize", "--input", gpt2, "--output", left, "--scheme", scheme, "--skip", kept, "--overwrite");
            succeed(
                    "quantize",
                    "--input",
                    linear,
                    "--output",
                    right,
                    "--scheme",
                    scheme,
                    "--skip",
                    kept,
                    "--overwrite");
            // What stays is as it was stored.
            assertThat(contents(left)).as(scheme).isEqualTo(contents(right)).containsKey(output);
            succeed("verify", left);
        }
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        gpt2,
                        "--output",
                        directory.resolve("first"),
                        "--scheme",
                        "W8A8",
                        "--also",
                        "nf4=" + directory.resolve("second")))
                .contains("turns weights round");
    }

    private static Stored widened(Stored from) {
        float[] values = new float[from.data().length / 2];
        Kernels.get().widening().widen(from.dtype(), from.data(), 0, values, 0, values.length);
        byte[] data = new byte[values.length * Float.BYTES];
        Kernels.get().narrowing().narrow(values, 0, DataType.F32, data, 0, values.length);
        return new Stored(from.name(), DataType.F32, from.shape(), data);
    }

    @Test
    void bitsandbytesGetsWeightsInTheTypeOfTheModel() throws IOException {
        String query = "model.layers.0.self_attn.q_proj.weight";
        String key = "model.layers.0.self_attn.k_proj.weight";
        String norm = "model.norm.weight";
        Stored[] tensors = {
            CheckpointFiles.gaussian(query, DataType.BF16, 65, 96),
            CheckpointFiles.gaussian(key, DataType.BF16, 32, 96),
            CheckpointFiles.gaussian(norm, DataType.BF16, 96)
        };
        Path uniform = directory.resolve("uniform");
        CheckpointFiles.write(uniform.resolve("model.safetensors"), tensors);
        Files.writeString(uniform.resolve("config.json"), "{\"dtype\": \"bfloat16\"}");
        Path mixed = directory.resolve("mixed");
        Stored wide = widened(tensors[0]);
        // Not quite half a step beyond what bfloat16 holds: rounding brings each back.
        for (int i = 0; i < wide.data().length; i += Float.BYTES) {
            wide.data()[i + 1] = (byte) (i % 8 == 0 ? 0x7f : 0);
        }
        CheckpointFiles.write(mixed.resolve("model.safetensors"), wide, tensors[1], widened(tensors[2]));
        Files.writeString(mixed.resolve("config.json"), "{\"torch_dtype\": \"bfloat16\"}");
        Path unnamed = directory.resolve("unnamed");
        CheckpointFiles.write(unnamed.resolve("model.safetensors"), wide, tensors[1], widened(tensors[2]));
        Files.writeString(unnamed.resolve("config.json"), "{\"model_type\": \"llama\"}");
        for (String scheme : List.of("nf4(nested=true)", "llm_int8")) {
            Path left = directory.resolve("left");
            succeed("quantize", "--input", uniform, "--output", left, "--scheme", scheme, "--overwrite");
            Map<String, Integer> expected = contents(left);
            for (Path source : List.of(mixed, unnamed)) {
                Path right = directory.resolve("right");
                succeed("quantize", "--input", source, "--output", right, "--scheme", scheme, "--overwrite");
                Map<String, Integer> found = contents(right);
                assertThat(found.remove(norm)).as("kept as it is stored").isNotEqualTo(expected.get(norm));
                Map<String, Integer> others = new HashMap<>(expected);
                others.remove(norm);
                // Without a name it is the first tensor, k_proj, that says the type.
                assertThat(found).as("%s of %s", scheme, source).isEqualTo(others);
                succeed("verify", right);
            }
        }
    }

    @Test
    void componentsOfAPipelineHaveTheirOwnConfigs() throws IOException {
        Path model = directory.resolve("pipeline");
        Files.createDirectories(model.resolve("scheduler"));
        Files.writeString(model.resolve("model_index.json"), "{\"_class_name\": \"FluxPipeline\"}");
        Files.writeString(model.resolve("scheduler/scheduler_config.json"), "{}");
        CheckpointFiles.write(
                model.resolve("transformer/diffusion_pytorch_model-00001-of-00002.safetensors"),
                CheckpointFiles.gaussian("transformer_blocks.0.attn.to_q.weight", DataType.BF16, 128, 128),
                CheckpointFiles.gaussian("x_embedder.weight", DataType.BF16, 128, 64));
        CheckpointFiles.write(
                model.resolve("transformer/diffusion_pytorch_model-00002-of-00002.safetensors"),
                CheckpointFiles.gaussian("transformer_blocks.1.attn.to_q.weight", DataType.BF16, 128, 128));
        Files.writeString(
                model.resolve("transformer/diffusion_pytorch_model.safetensors.index.json"),
                "{\"metadata\": {}, \"weight_map\": {"
                        + "\"transformer_blocks.0.attn.to_q.weight\": \"diffusion_pytorch_model-00001-of-00002.safetensors\","
                        + "\"x_embedder.weight\": \"diffusion_pytorch_model-00001-of-00002.safetensors\","
                        + "\"transformer_blocks.1.attn.to_q.weight\": \"diffusion_pytorch_model-00002-of-00002.safetensors\"}}");
        Files.writeString(model.resolve("transformer/config.json"), "{\"_class_name\": \"FluxTransformer2DModel\"}");
        CheckpointFiles.write(
                model.resolve("text_encoder/model.safetensors"),
                CheckpointFiles.gaussian("text_model.layers.0.q_proj.weight", DataType.BF16, 128, 128));
        Files.writeString(model.resolve("text_encoder/config.json"), "{\"model_type\": \"clip_text_model\"}");
        CheckpointFiles.write(
                model.resolve("vae/diffusion_pytorch_model.safetensors"),
                CheckpointFiles.gaussian("decoder.conv_in.weight", DataType.F32, 8, 4, 3, 3));
        Files.writeString(model.resolve("vae/config.json"), "{\"_class_name\": \"AutoencoderKL\"}");

        Path output = directory.resolve("out");
        succeed("quantize", "--input", model, "--output", output, "--scheme", "nf4");
        assertThat(files(output))
                .contains(
                        "model_index.json",
                        "scheduler/scheduler_config.json",
                        "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
                        "transformer/diffusion_pytorch_model.safetensors.index.json",
                        "text_encoder/model.safetensors",
                        "vae/diffusion_pytorch_model.safetensors");
        JsonNode index = JSON.readTree(output.resolve("transformer/diffusion_pytorch_model.safetensors.index.json")
                .toFile());
        assertThat(index.get("weight_map")
                        .get("transformer_blocks.1.attn.to_q.weight.absmax")
                        .asText())
                .isEqualTo("diffusion_pytorch_model-00002-of-00002.safetensors");
        assertThat(config(output, "transformer")
                        .get("quantization_config")
                        .get("quant_method")
                        .asText())
                .isEqualTo("bitsandbytes");
        assertThat(config(output, "text_encoder").has("quantization_config")).isTrue();
        assertThat(config(output, "vae").has("quantization_config")).isFalse();
        succeed("verify", output);
    }

    @Test
    void filesInDirectoriesGoAlongAndWeightsThatAreNotReadAreNamed() throws IOException {
        Path model = model();
        Files.createDirectories(model.resolve("assets/deep"));
        Files.writeString(model.resolve("assets/deep/license.txt"), "free");
        Files.writeString(model.resolve("__init__.py"), "");
        CheckpointFiles.write(
                model.resolve("original/spare.safetensors"),
                CheckpointFiles.gaussian("spare.weight", DataType.BF16, 128, 128));
        for (String scheme : List.of("W4A16", "int4")) {
            Path output = directory.resolve(scheme);
            assertThat(succeed("quantize", "--input", model, "--output", output, "--scheme", scheme)
                            .err())
                    .contains("arrowquant: not read, and not in the output: original/spare.safetensors");
            succeed("verify", output);
            Path back = directory.resolve(scheme + "-back");
            succeed("dequantize", "--input", output, "--output", back);
            assertThat(Files.readString(back.resolve("assets/deep/license.txt")))
                    .as(scheme)
                    .isEqualTo("free");
            assertThat(back.resolve("__init__.py")).exists();
        }
    }

    private static JsonNode config(Path output, String component) throws IOException {
        return JSON.readTree(output.resolve(component).resolve("config.json").toFile());
    }

    @Test
    void whatDoesNotFitStaysAndIsSaidOrRefused() throws IOException {
        Path model = directory.resolve("odd");
        CheckpointFiles.write(
                model.resolve("model.safetensors"),
                CheckpointFiles.gaussian("model.layers.0.mlp.down_proj.weight", DataType.BF16, 64, 704),
                CheckpointFiles.gaussian("model.layers.0.self_attn.q_proj.weight", DataType.BF16, 64, 256));
        Path output = directory.resolve("out");
        succeed("quantize", "--input", model, "--output", output, "--scheme", "W4A16");
        assertThat(contents(output))
                .containsKeys("model.layers.0.mlp.down_proj.weight", "model.layers.0.self_attn.q_proj.weight_packed");
        assertThat(report(output).get("tensors").toString()).contains("multiples of the group size 128");
        assertThat(failure(
                        ExitCode.BAD_REQUEST,
                        "quantize",
                        "--input",
                        model,
                        "--output",
                        directory.resolve("no"),
                        "--scheme",
                        "W4A16",
                        "--strict"))
                .contains("does not fit")
                .contains("down_proj");
    }
}
