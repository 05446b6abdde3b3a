package io.arrowquant.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shapes a checkpoint can have on disk, and what is found in each. */
class CheckpointTest {
    private static final String ONE = "model-00001-of-00002.safetensors";
    private static final String TWO = "model-00002-of-00002.safetensors";

    @TempDir
    Path temp;

    private Path model;

    @BeforeEach
    void directory() throws IOException {
        model = Files.createDirectory(temp.resolve("model"));
    }

    @Test
    void oneFile() throws IOException {
        Path file = ModelFiles.shard(model.resolve("any name.safetensors"), "b", "a");
        ModelFiles.text(model.resolve("config.json"), "{}");

        Checkpoint checkpoint = open(file);

        assertThat(names(checkpoint)).containsExactly("any name.safetensors:a", "any name.safetensors:b");
        assertThat(checkpoint.path()).isEqualTo(file.toString());
        assertThat(checkpoint.tensorBytes()).isEqualTo(32);
        assertThat(checkpoint.otherFiles()).isEmpty();
        CheckpointShard shard = checkpoint.shards().get(0);
        assertThat(shard.metadata()).isEqualTo(Map.of("format", "pt"));
        assertThat(shard.tensorCount()).isEqualTo(2);
        assertThat(shard.dataStart()).isEqualTo(checkpoint.find("a").info().offset());
        assertThat(shard.source().entry().size()).isEqualTo(Files.size(file));
    }

    @Test
    void shardsWithAnIndex() throws IOException {
        ModelFiles.shard(model.resolve(TWO), "z", "c");
        ModelFiles.shard(model.resolve(ONE), "b");
        ModelFiles.shard(model.resolve("consolidated.safetensors"), "b", "c", "z");
        ModelFiles.index(model.resolve("model.safetensors.index.json"), "z", TWO, "b", ONE, "c", TWO);
        ModelFiles.text(model.resolve("config.json"), "{}");
        ModelFiles.text(model.resolve("__init__.py"), "");
        ModelFiles.text(model.resolve(".gitattributes"), "");
        ModelFiles.text(model.resolve("_SUCCESS"), "");
        ModelFiles.text(model.resolve("pytorch_model.bin"), "");
        ModelFiles.text(model.resolve("pytorch_model.bin.index.json"), "");
        ModelFiles.shard(model.resolve("_temporary/1/part.safetensors"), "b");
        ModelFiles.shard(model.resolve("original/part.safetensors"), "b");

        Checkpoint checkpoint = open(model);

        assertThat(names(checkpoint)).containsExactly(ONE + ":b", TWO + ":c", TWO + ":z");
        assertThat(checkpoint.shards()).extracting(CheckpointShard::file).containsExactly(ONE, TWO);
        assertThat(checkpoint.otherFiles())
                .extracting(CheckpointFile::file)
                .containsExactly("__init__.py", "config.json");
        assertThat(checkpoint.ignoredWeights())
                .containsExactly(
                        "consolidated.safetensors",
                        "pytorch_model.bin",
                        "pytorch_model.bin.index.json",
                        "original/part.safetensors");
        assertThat(checkpoint.tensorsOf(TWO)).extracting(CheckpointTensor::name).containsExactly("c", "z");
    }

    @Test
    void filesInDirectoriesOfAnyDepth() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        ModelFiles.text(model.resolve("1_Pooling/config.json"), "{}");
        ModelFiles.text(model.resolve("assets/a/b/c.txt"), "");
        ModelFiles.text(model.resolve("assets/.hidden/d.txt"), "");
        ModelFiles.text(model.resolve("onnx/model.bin"), "");
        ModelFiles.shard(model.resolve("adapter/deep/part.safetensors"), "w");

        assertThat(names(open(model))).containsExactly("model.safetensors:w");
        assertThat(open(model).otherFiles())
                .extracting(CheckpointFile::file)
                .containsExactly("1_Pooling/config.json", "assets/a/b/c.txt");
        assertThat(open(model).ignoredWeights()).containsExactly("adapter/deep/part.safetensors", "onnx/model.bin");
    }

    @Test
    void shardsWithoutIndexOrConfig() throws IOException {
        ModelFiles.shard(model.resolve("b.safetensors"), "1");
        ModelFiles.shard(model.resolve("a.safetensors"), "2");
        assertThat(names(open(model))).containsExactly("a.safetensors:2", "b.safetensors:1");
        assertThat(open(model).otherFiles()).isEmpty();
    }

    @Test
    void aModelWithoutTensors() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"));
        assertThat(open(model).tensors()).isEmpty();
        assertThat(open(model).find("a")).isNull();
        assertThat(open(model).tensorsOf("model.safetensors")).isEmpty();
    }

    @Test
    void componentsOfAPipelineNotItsSingleFileExport() throws IOException {
        ModelFiles.text(model.resolve("model_index.json"), "{}");
        ModelFiles.shard(model.resolve("flux1-dev.safetensors"), "whole");
        ModelFiles.shard(model.resolve("vae/diffusion_pytorch_model.safetensors"), "w", "only");
        ModelFiles.shard(model.resolve("vae/diffusion_pytorch_model.fp16.safetensors"), "w", "only");
        ModelFiles.text(model.resolve("vae/config.json"), "{}");
        String one = "diffusion_pytorch_model-00001-of-00001.safetensors";
        ModelFiles.shard(model.resolve("transformer/" + one), "w");
        ModelFiles.index(model.resolve("transformer/diffusion_pytorch_model.safetensors.index.json"), "w", one);
        ModelFiles.text(model.resolve("scheduler/scheduler_config.json"), "{}");
        ModelFiles.shard(model.resolve(".cache/model.safetensors"), "hidden");

        Checkpoint checkpoint = open(model);

        String transformer = "transformer/" + one;
        String vae = "vae/diffusion_pytorch_model.safetensors";
        assertThat(names(checkpoint)).containsExactly(transformer + ":w", vae + ":only", vae + ":w");
        assertThat(checkpoint.otherFiles())
                .extracting(CheckpointFile::file)
                .containsExactly("model_index.json", "scheduler/scheduler_config.json", "vae/config.json");
        assertThat(checkpoint.ignoredWeights())
                .containsExactly("flux1-dev.safetensors", "vae/diffusion_pytorch_model.fp16.safetensors");
        assertThat(checkpoint.find(vae, "w").file()).isEqualTo(vae);
        assertThat(checkpoint.find(transformer, "w").file()).isEqualTo(transformer);
        assertThat(checkpoint.find(transformer, "only")).isNull();
        assertThat(checkpoint.find("only").file()).isEqualTo(vae);
        assertThatThrownBy(() -> checkpoint.find("w"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Several components have a tensor 'w': it lies in " + transformer + " and in " + vae
                        + ". Name the file as well");
    }

    @Test
    void componentsWithoutAModelIndex() throws IOException {
        ModelFiles.shard(model.resolve("unet/model.safetensors"), "w");
        ModelFiles.text(model.resolve("README.md"), "");
        Checkpoint checkpoint = open(model);
        assertThat(names(checkpoint)).containsExactly("unet/model.safetensors:w");
        assertThat(checkpoint.find("unet/model.safetensors", "x")).isNull();
        assertThat(checkpoint.otherFiles()).extracting(CheckpointFile::file).containsExactly("README.md");
    }

    @Test
    void aPipelineFileBesidePlainWeights() throws IOException {
        ModelFiles.text(model.resolve("model_index.json"), "{}");
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        ModelFiles.text(model.resolve("scheduler/scheduler_config.json"), "{}");
        assertThat(names(open(model))).containsExactly("model.safetensors:w");
        assertThat(open(model).otherFiles())
                .extracting(CheckpointFile::file)
                .containsExactly("model_index.json", "scheduler/scheduler_config.json");
    }

    @Test
    void theIndexOfAVariantOnlyWhenThereIsNothingElse() throws IOException {
        String variant = "diffusion_pytorch_model.fp16-00001-of-00001.safetensors";
        ModelFiles.shard(model.resolve(variant), "w");
        ModelFiles.index(model.resolve("diffusion_pytorch_model.safetensors.index.fp16.json"), "w", variant);
        assertThat(names(open(model))).containsExactly(variant + ":w");

        ModelFiles.shard(model.resolve("diffusion_pytorch_model.safetensors"), "w");
        assertThat(names(open(model))).containsExactly("diffusion_pytorch_model.safetensors:w");
        assertThat(open(model).ignoredWeights()).containsExactly(variant);

        Files.delete(model.resolve("diffusion_pytorch_model.safetensors"));
        String plain = "diffusion_pytorch_model-00001-of-00001.safetensors";
        ModelFiles.shard(model.resolve(plain), "w");
        ModelFiles.index(model.resolve("diffusion_pytorch_model.safetensors.index.json"), "w", plain);
        assertThat(names(open(model))).containsExactly(plain + ":w");
    }

    @Test
    void explicitFiles() throws IOException {
        Path first = ModelFiles.shard(model.resolve("a/model.safetensors"), "w");
        Path second = ModelFiles.shard(model.resolve("b/z.safetensors"), "w");
        Path third = ModelFiles.shard(model.resolve("b/y.safetensors"), "v");
        String spelledOtherwise = model.resolve("b/../a/model.safetensors").toString();

        Checkpoint checkpoint = Checkpoint.ofFiles(
                LocalStorage.INSTANCE,
                model.toString(),
                List.of(second.toString(), spelledOtherwise, third.toString()));
        assertThat(names(checkpoint))
                .containsExactly("a/model.safetensors:w", "b/y.safetensors:v", "b/z.safetensors:w");
        assertThat(checkpoint.otherFiles()).isEmpty();

        refused(List.of(), "No files to read below");
        refused(List.of(first.toString(), spelledOtherwise), "is named twice");
        refused(List.of(model.resolve("a").toString()), "is a directory, not a file");
        refused(List.of(model.resolve("c.safetensors").toString()), "Nothing exists at");
        Path outside = ModelFiles.shard(temp.resolve("x.safetensors"), "w");
        refused(List.of(outside.toString()), "does not lie below '" + model + "'");
    }

    @Test
    void aReplacedFileIsNoticed() throws IOException {
        Path file = ModelFiles.shard(model.resolve("model.safetensors"), "w");
        Path config = ModelFiles.text(model.resolve("config.json"), "{}");
        Checkpoint checkpoint = open(model);
        checkpoint.verifyUnchanged(LocalStorage.INSTANCE.status(file.toString()));
        checkpoint.verifyUnchanged(LocalStorage.INSTANCE.status(config.toString()));

        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        ModelFiles.text(config, "{ }");

        assertThatThrownBy(() -> checkpoint.verifyUnchanged(LocalStorage.INSTANCE.status(file.toString())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("The file '" + file + "' was replaced since its header was read: it had ")
                .hasMessageContaining("now has " + Files.size(file) + " bytes, modified 1970-01-01T00:00:00Z");
        assertThatThrownBy(() -> checkpoint.verifyUnchanged(LocalStorage.INSTANCE.status(config.toString())))
                .hasMessageContaining("it had 2 bytes")
                .hasMessageContaining("now has 3 bytes");
        assertThatThrownBy(() -> checkpoint.verifyUnchanged(LocalStorage.INSTANCE.status(temp.toString())))
                .hasMessageContaining("is not a file of the checkpoint");
    }

    @Test
    void filesAreFoundByTheirRelativeNames() throws IOException {
        ModelFiles.shard(model.resolve("model.safetensors"), "w");
        assertThatThrownBy(() -> open(model).tensorsOf("modle.safetensors"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Did you mean 'model.safetensors'?");
    }

    @Test
    void manyShards() throws IOException {
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-00040.safetensors", i);
            ModelFiles.shard(model.resolve(name), "layers." + i);
            expected.add(name + ":layers." + i);
        }
        assertThat(names(open(model))).isEqualTo(expected);
    }

    private void refused(List<String> files, String problem) {
        assertThatThrownBy(() -> Checkpoint.ofFiles(LocalStorage.INSTANCE, model.toString(), files))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(problem);
    }

    private static Checkpoint open(Path path) throws IOException {
        return Checkpoint.open(LocalStorage.INSTANCE, path.toString());
    }

    private static List<String> names(Checkpoint checkpoint) {
        return checkpoint.tensors().stream()
                .map(tensor -> tensor.file() + ":" + tensor.name())
                .toList();
    }
}
