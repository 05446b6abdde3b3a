package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaveModesTest extends WriteTestBase {
    private static final Tensor A = Tensors.tensor("a.weight", DataType.BF16, 8, 16);
    private static final Tensor B = Tensors.tensor("b.weight", DataType.F32, 5);
    private static final Tensor C = Tensors.tensor("c.weight", DataType.U8, 64);

    private String target(boolean local) {
        return local ? directory.resolve("out").toString() : remote(directory.resolve("out"));
    }

    private Path out() {
        return directory.resolve("out");
    }

    @ParameterizedTest
    @EnumSource(SaveMode.class)
    void everyModeCreatesWhatIsNotThere(SaveMode mode) throws IOException {
        for (boolean local : new boolean[] {true, false}) {
            Path place = directory.resolve(mode + " " + local);
            writer(frame(List.of(A.row(), B.row()))).mode(mode).save(local ? place.toString() : remote(place));
            assertThat(filesBelow(place)).containsExactly("model.safetensors");
            assertThat(Tensors.contentOf(place)).isEqualTo(Tensors.contentOf(List.of(A, B)));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void errorIfExistsLeavesWhatIsThere(boolean local) throws IOException {
        writer(frame(List.of(A.row()))).save(target(local));
        assertThatThrownBy(() -> writer(frame(List.of(B.row()))).save(target(local)))
                .hasMessageContaining("TABLE_OR_VIEW_ALREADY_EXISTS");
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ignoreLeavesWhatIsThere(boolean local) throws IOException {
        writer(frame(List.of(A.row()))).save(target(local));
        writer(frame(List.of(B.row()))).mode(SaveMode.Ignore).save(target(local));
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void overwriteReplacesWeightsAndKeepsOtherFiles(boolean local) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()), List.of(C.row()))).save(target(local));
        assertThat(filesBelow(out()))
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        Files.writeString(out().resolve("config.json"), "{}");
        Files.writeString(out().resolve("README.md"), "kept");
        writer(frame(List.of(B.row()))).mode(SaveMode.Overwrite).save(target(local));
        assertThat(filesBelow(out())).containsExactly("README.md", "config.json", "model.safetensors");
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(B)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void overwriteWithTheSameNames(boolean local) throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row()))).save(target(local));
        writer(frame(List.of(C.row()), List.of(A.row())))
                .mode(SaveMode.Overwrite)
                .save(target(local));
        assertThat(filesBelow(out())).hasSize(3);
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, C)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void appendAddsToASingleFileAndThenToAnIndex(boolean local) throws IOException {
        writer(frame(List.of(A.row()))).save(target(local));
        writer(frame(List.of(B.row()))).mode(SaveMode.Append).save(target(local));
        assertThat(filesBelow(out())).hasSize(3).contains("model.safetensors", "model.safetensors.index.json");
        writer(frame(List.of(C.row()))).mode(SaveMode.Append).save(target(local));
        assertThat(filesBelow(out()))
                .hasSize(4)
                .anyMatch(name -> name.matches("model-[0-9a-f]{8}-00001-of-00001\\.safetensors"));
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B, C)));
        long bytes = (long) A.data().length + B.data().length + C.data().length;
        assertThat(Files.readString(out().resolve("model.safetensors.index.json")))
                .contains("\"total_size\": " + bytes + "\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void appendRefusesATensorThatExists(boolean local) throws IOException {
        writer(frame(List.of(A.row(), B.row()))).save(target(local));
        assertThat(failureOf(() -> writer(frame(List.of(C.row(), B.row())))
                        .mode(SaveMode.Append)
                        .save(target(local))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Layer 'b.weight' exists already in '" + (local ? out() : "fail:" + out())
                        + "', in file model.safetensors. "
                        + "Leave it out, or write with mode overwrite, which replaces all layers");
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    @Test
    void appendOfNothingChangesNothing() throws IOException {
        writer(frame(List.of(A.row()))).save(target(true));
        writer(frame(List.of())).mode(SaveMode.Append).save(target(true));
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFrameWithoutTensorsIsAnEmptyCheckpoint(boolean local) throws IOException {
        writer(frame(List.of(), List.of())).save(target(local));
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
        assertThat(Tensors.contentOf(out())).isEmpty();
        Dataset<Row> noPartitions = frame(List.of(A.row())).limit(0);
        writer(noPartitions).mode(SaveMode.Overwrite).save(target(local));
        assertThat(Tensors.contentOf(out())).isEmpty();
    }

    @Test
    void hiddenAndTemporaryFilesAreNoOutput() throws IOException {
        Files.createDirectories(out().resolve("_temporary"));
        Files.writeString(out().resolve(".hidden"), "");
        writer(frame(List.of(A.row()))).save(target(true));
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A)));
    }

    @Test
    void anOutputThatIsAFileIsRefused() throws IOException {
        Files.writeString(out(), "x");
        assertThatThrownBy(() ->
                        writer(frame(List.of(A.row()))).mode(SaveMode.Overwrite).save(target(true)))
                .hasMessageContaining("The output '" + out() + "' is a file. Name a directory to write to");
        assertThat(Files.readString(out())).isEqualTo("x");
    }

    @Test
    void partitionByIsRefused() {
        assertThatThrownBy(() ->
                        writer(frame(List.of(A.row()))).partitionBy("dtype").save(target(true)))
                .hasMessageContaining("A checkpoint cannot be partitioned by columns. Remove partitionBy");
        assertThat(out()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"with space", "ünï-ço∂é 模型", "a+b%20c", "-dash", "#hash?question"})
    void pathsOfAllSorts(String name) throws IOException {
        for (boolean local : new boolean[] {true, false}) {
            Path place = directory.resolve(name + (local ? "l" : "r"));
            String target = local ? place.toString() : remote(place);
            writer(frame(List.of(A.row()), List.of(B.row()))).save(target);
            writer(frame(List.of(C.row()))).mode(SaveMode.Append).save(target);
            writer(frame(List.of(A.row()), List.of(C.row())))
                    .mode(SaveMode.Overwrite)
                    .save(target);
            assertThat(Tensors.contentOf(place)).isEqualTo(Tensors.contentOf(List.of(A, C)));
            assertThat(filesBelow(place)).hasSize(3);
        }
    }

    @Test
    void aHundredTensorsOverSevenTasks() throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        List<List<Row>> partitions = new ArrayList<>();
        for (int p = 0; p < 7; p++) {
            partitions.add(new ArrayList<>());
        }
        for (int i = 0; i < 100; i++) {
            Tensor tensor =
                    Tensors.tensor("layers." + i + ".weight", i % 3 == 0 ? DataType.F16 : DataType.U8, 3, i + 1);
            tensors.add(tensor);
            partitions.get(i % 7).addAll(tensor.pieces(50));
        }
        for (boolean local : new boolean[] {true, false}) {
            writer(frame(Tensors.SCHEMA, partitions)).mode(SaveMode.Overwrite).save(target(local));
            assertThat(filesBelow(out())).hasSize(8);
            assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(tensors));
        }
    }

    @Test
    void theSqlWayIn() throws IOException {
        frame(List.of(A.row())).createOrReplaceTempView("layers");
        writer(frame(List.of(B.row()))).save(directory.resolve("other").toString());
        spark.sql("CREATE TABLE arrowquant_writing.`" + out() + "` AS SELECT * FROM layers");
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A)));
        assertThatThrownBy(() -> spark.sql("DROP TABLE arrowquant_writing.`" + out() + "`"))
                .hasMessageContaining("is not dropped: models are not deleted through SQL");
        assertThat(filesBelow(out())).containsExactly("model.safetensors");
    }
}
