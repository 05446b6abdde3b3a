package io.arrowquant.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.recipe.PlannedTensor;
import java.util.ArrayList;
import java.util.List;
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
        for (ModelFile file : ModelFiles.of(tensors, parallelism, maxBytes)) {
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
