package io.arrowquant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.recipe.PlannedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFilesTest {
    private static final long MIB = 1L << 20;
    private static final long ANY = Long.MAX_VALUE;

    private static List<PlannedTensor> tensors(String file, int count, long bytes) {
        List<PlannedTensor> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tensors.add(PlannedTensors.keptBytes(file, file + ":" + i, bytes));
        }
        return tensors;
    }

    /** Each file with the number of its tensors. */
    private static List<String> shared(List<PlannedTensor> tensors, int parallelism, long maxBytes) {
        List<String> files = new ArrayList<>();
        List<PlannedTensor> inFiles = new ArrayList<>();
        for (ModelFile file : ModelFiles.of(tensors, false, parallelism, maxBytes)) {
            files.add(file.name() + " " + file.tensors().size());
            inFiles.addAll(file.tensors());
        }
        assertThat(inFiles).containsExactlyElementsOf(tensors);
        return files;
    }

    @Test
    void filesStayAsTheyAreWhenEveryTaskHasOne() {
        List<PlannedTensor> tensors = new ArrayList<>(tensors("model-00001-of-00002.safetensors", 3, 900 * MIB));
        tensors.addAll(tensors("model-00002-of-00002.safetensors", 1, MIB));
        assertThat(shared(tensors, 2, ANY))
                .containsExactly("model-00001-of-00002.safetensors 3", "model-00002-of-00002.safetensors 1");
        assertThat(shared(tensors("odd name.safetensors", 2, 900 * MIB), 1, ANY))
                .containsExactly("odd name.safetensors 2");
    }

    @Test
    void filesAreCutWhenTheyAreFewerThanTasks() {
        // A task's share is 250 MiB, and a quarter more at most.
        assertThat(shared(tensors("model.safetensors", 10, 100 * MIB), 4, ANY))
                .containsExactly(
                        "model-00001-of-00004.safetensors 3",
                        "model-00002-of-00004.safetensors 3",
                        "model-00003-of-00004.safetensors 3",
                        "model-00004-of-00004.safetensors 1");
    }

    @Test
    void filesOfACutModelAreNumberedAnew() {
        List<PlannedTensor> tensors = new ArrayList<>(tensors("model-00001-of-00002.safetensors", 4, 200 * MIB));
        tensors.addAll(tensors("model-00002-of-00002.safetensors", 1, 200 * MIB));
        assertThat(shared(tensors, 3, ANY))
                .containsExactly(
                        "model-00001-of-00003.safetensors 2",
                        "model-00002-of-00003.safetensors 2",
                        "model-00003-of-00003.safetensors 1");
    }

    @Test
    void littleWorkIsNotSharedOut() {
        assertThat(shared(tensors("model.safetensors", 10, 10 * MIB), 100, ANY))
                .containsExactly("model.safetensors 10");
    }

    @Test
    void aLargestSizeCutsFiles() {
        assertThat(shared(tensors("model.safetensors", 5, 30), 1, 70))
                .containsExactly(
                        "model-00001-of-00003.safetensors 2",
                        "model-00002-of-00003.safetensors 2",
                        "model-00003-of-00003.safetensors 1");
        assertThat(shared(tensors("model.safetensors", 2, 30), 1, 60)).containsExactly("model.safetensors 2");
    }

    @Test
    void aTensorThatIsTooLargeHasAFileOfItsOwn() {
        List<PlannedTensor> tensors = new ArrayList<>(tensors("model.safetensors", 1, 30));
        tensors.addAll(tensors("model.safetensors", 1, 100));
        tensors.addAll(tensors("model.safetensors", 2, 30));
        assertThat(shared(tensors, 1, 70))
                .containsExactly(
                        "model-00001-of-00003.safetensors 1",
                        "model-00002-of-00003.safetensors 1",
                        "model-00003-of-00003.safetensors 2");
    }

    @Test
    void theLargestSizeIsOfWhatIsWritten() {
        List<PlannedTensor> tensors = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            // Of 32768 bytes remain 8192 of codes, 256 of scales and 16 of the shape.
            tensors.add(PlannedTensors.linear("layers." + i, "W4A16"));
        }
        assertThat(shared(tensors, 1, 2 * 8464)).hasSize(2);
        assertThat(shared(tensors, 1, 2 * 8464 - 1)).hasSize(4);
    }

    @Test
    void componentsAreNumberedApart() {
        List<PlannedTensor> tensors = new ArrayList<>(tensors("text_encoder/model.safetensors", 3, 30));
        tensors.addAll(tensors("vae/diffusion_pytorch_model.safetensors", 2, 30));
        assertThat(shared(tensors, 1, 70))
                .containsExactly(
                        "text_encoder/model-00001-of-00002.safetensors 2",
                        "text_encoder/model-00002-of-00002.safetensors 1",
                        "vae/diffusion_pytorch_model.safetensors 2");
    }

    /** Names of the tensors of each file, by the name of the file. */
    private static Map<String, List<String>> names(boolean shareScales, String... filesAndNames) {
        List<PlannedTensor> tensors = new ArrayList<>();
        for (String fileAndName : filesAndNames) {
            int space = fileAndName.indexOf(' ');
            tensors.add(PlannedTensors.keptBytes(fileAndName.substring(0, space), fileAndName.substring(space + 1), 1));
        }
        Map<String, List<String>> names = new LinkedHashMap<>();
        for (ModelFile file : ModelFiles.of(tensors, shareScales, 1, ANY)) {
            names.put(
                    file.name(),
                    file.tensors().stream()
                            .map(tensor -> tensor.source().name())
                            .toList());
        }
        return names;
    }

    @Test
    void partnersThatShareAScaleLieInTheFileOfTheFirst() {
        String[] tensors = {
            "a l.0.self_attn.k_proj.weight", // first in its file, and in another in the end
            "a l.0.mlp.gate_proj.weight",
            "a l.1.experts.0.gate_proj.weight",
            "a l.1.experts.0.w3.weight",
            "a l.2.attn.wq_a.weight",
            "b l.0.self_attn.q_proj.weight",
            "b l.0.self_attn.q_proj.bias",
            "b l.0.self_attn.v_proj.weight",
            "b l.0.mlp.up_proj.weight",
            "b l.0.mlp.down_proj.weight",
            "b l.1.experts.0.up_proj.weight",
            "b l.1.experts.0.w1.weight",
            "b l.2.attn.wkv_a_with_mqa.weight",
            "b l.3.self_attn.k_proj.weight"
        };
        assertThat(names(true, tensors))
                .isEqualTo(Map.of(
                        "a",
                        List.of(
                                "l.0.mlp.gate_proj.weight",
                                "l.1.experts.0.gate_proj.weight",
                                "l.2.attn.wq_a.weight",
                                "l.0.mlp.up_proj.weight",
                                "l.2.attn.wkv_a_with_mqa.weight"),
                        "b",
                        List.of(
                                "l.0.self_attn.k_proj.weight",
                                "l.1.experts.0.w3.weight",
                                "l.0.self_attn.q_proj.weight",
                                "l.0.self_attn.q_proj.bias",
                                "l.0.self_attn.v_proj.weight",
                                "l.0.mlp.down_proj.weight",
                                "l.1.experts.0.up_proj.weight",
                                "l.1.experts.0.w1.weight",
                                "l.3.self_attn.k_proj.weight")));
        assertThat(names(false, tensors).get("a")).hasSize(5);
    }

    @Test
    void partnersAreOfOneComponentAndFilesKeepTheirOrder() {
        assertThat(names(true, "x/a e.attn.k_proj.weight", "y/a e.attn.q_proj.weight"))
                .isEqualTo(Map.of("x/a", List.of("e.attn.k_proj.weight"), "y/a", List.of("e.attn.q_proj.weight")));
        assertThat(names(true, "a e.attn.k_proj.weight", "a norm.weight", "b e.attn.q_proj.weight")
                        .keySet())
                .containsExactly("a", "b");
        assertThat(names(true, "a e.attn.k_proj.weight", "b e.attn.q_proj.weight")
                        .keySet())
                .containsExactly("b");
    }

    @Test
    void aFileKnowsItsComponentAndItsSize() {
        ModelFile file = new ModelFile("vae/a.safetensors", tensors("vae/a.safetensors", 3, 7));
        assertThat(file.component()).isEqualTo("vae/");
        assertThat(file.bytesBefore()).isEqualTo(21);
        assertThat(new ModelFile("a.safetensors", List.of()).component()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "model.safetensors, model",
        "model-00001-of-00002.safetensors, model",
        "diffusion_pytorch_model.fp16-00001-of-00003.safetensors, diffusion_pytorch_model.fp16",
        "model-7b.safetensors, model-7b",
        "weights.bin, weights.bin"
    })
    void theStemIsTheNameWithoutItsNumber(String file, String stem) {
        assertThat(ModelFiles.stem(file)).isEqualTo(stem);
    }
}
