package io.arrowquant.spark.write;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How tensors are distributed over files, the index, and the files around them. */
class ShardingTest extends WriteTestBase {
    private Path out() {
        return directory.resolve("out");
    }

    private static List<Tensor> tensors(int count, int bytes) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tensors.add(Tensors.tensor("t" + i, DataType.U8, bytes));
        }
        return tensors;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesAreCutAtTheLimit(boolean local) throws IOException {
        List<Tensor> tensors = tensors(7, 400);
        tensors.add(Tensors.tensor("huge", DataType.U8, 5000));
        tensors.add(Tensors.tensor("last", DataType.U8, 10));
        List<Row> interleaved = new ArrayList<>();
        for (Tensor tensor : tensors) {
            interleaved.addAll(tensor.pieces(100));
        }
        Collections.shuffle(interleaved, new Random(3));
        for (List<Row> rows : List.of(rowsOf(tensors), interleaved)) {
            writer(frame(rows))
                    .option("max_shard_size", "1KB")
                    .mode(SaveMode.Overwrite)
                    .save(local ? out().toString() : remote(out()));
            assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(tensors));
            for (String name : filesBelow(out())) {
                // A tensor alone in its file may be larger.
                long body = Files.size(out().resolve(name)) - (local ? ReservedFile.RESERVED : 0);
                assertThat(body)
                        .as(name)
                        .satisfiesAnyOf(
                                b -> assertThat(b).isLessThan(2000),
                                b -> assertThat(b).isBetween(5000L, 5500L));
            }
        }
        // In order: 400+400, 400+400, 400+400, 400, 5000, 10.
        writer(frame(rowsOf(tensors)))
                .option("MAXSHARDBYTES", "1000")
                .mode("overwrite")
                .save(out().toString());
        assertThat(filesBelow(out())).hasSize(7).contains("model-00006-of-00006.safetensors");
    }

    @Test
    void theIndexIsWhatTransformersWrites() throws IOException {
        Tensor plain = Tensors.tensor("b.weight", DataType.F32, 3);
        Tensor quoted = Tensors.tensor("a\"é😀", DataType.U8, 8);
        writer(frame(List.of(plain.row()), List.of(), List.of(quoted.row()))).save(out().toString());
        assertThat(Files.readString(out().resolve("model.safetensors.index.json")))
                .isEqualTo("""
                        {
                          "metadata": {
                            "total_size": 20
                          },
                          "weight_map": {
                            "a\\"\\u00e9\\ud83d\\ude00": "model-00002-of-00002.safetensors",
                            "b.weight": "model-00001-of-00002.safetensors"
                          }
                        }
                        """);
        String start = new String(Files.readAllBytes(out().resolve("model-00001-of-00002.safetensors")), 8, 60, UTF_8);
        assertThat(start).startsWith("{\"__metadata__\":{\"format\":\"pt\"},\"b.weight\":{\"dtype\":\"F32\"");
    }

    @Test
    void filesGoByTheNameThatIsGiven() throws IOException {
        List<Tensor> tensors = tensors(3, 100);
        String path = out().toString();
        writer(frame(rowsOf(tensors)))
                .option("fileStem", "diffusion_pytorch_model")
                .save(path);
        assertThat(filesBelow(out())).containsExactly("diffusion_pytorch_model.safetensors");
        writer(frame(rowsOf(tensors)))
                .option("fileStem", "diffusion_pytorch_model.fp16")
                .option("maxShardBytes", "150")
                .mode("overwrite")
                .save(path);
        assertThat(filesBelow(out()))
                .hasSize(4)
                .contains(
                        "diffusion_pytorch_model.fp16-00003-of-00003.safetensors",
                        "diffusion_pytorch_model.fp16.safetensors.index.json");
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(tensors));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "_model", "a/b", "../a"})
    void namesThatAreNone(String stem) {
        Dataset<Row> frame = frame(rowsOf(tensors(1, 1)));
        assertThat(failureOf(() -> writer(frame).option("fileStem", stem).save(out().toString())))
                .hasMessage("Invalid fileStem: '" + stem + "'. Write the beginning of a file name, such as"
                        + " diffusion_pytorch_model");
    }

    @Test
    void badOptions() {
        Dataset<Row> frame = frame(rowsOf(tensors(1, 1)));
        assertThat(failureOf(
                        () -> writer(frame).option("maxShardBytes", "5 parsecs").save(out().toString())))
                .hasMessage("Invalid maxShardBytes: '5 parsecs'. Write bytes, or a size such as 64MiB or 4.5GB");
        assertThat(failureOf(() -> writer(frame).option("maxShardByte", "5GB").save(out().toString())))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Unknown option 'maxShardByte'. Did you mean 'maxShardBytes'? "
                        + "Known: path, maxShardBytes, max_shard_size, source, fileStem");
        writer(frame).option("fs.some.setting", "goes to the file system").save(out().toString());
    }

    private Path source() throws IOException {
        Path source = directory.resolve("source model");
        writer(frame(rowsOf(tensors(2, 8)))).save(source.toString());
        Files.writeString(source.resolve("config.json"), "{\"new\": true}");
        Files.writeString(source.resolve("tokenizer.model"), "t".repeat(3_000_000));
        Files.writeString(source.resolve("empty.txt"), "");
        Files.writeString(source.resolve(".hidden"), "");
        Files.writeString(source.resolve("pytorch_model.bin"), "");
        Files.createDirectories(source.resolve("original"));
        return source;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sourceCarriesOverWhatIsNoWeights(boolean local) throws IOException {
        Path source = source();
        Dataset<Row> frame = frame(rowsOf(tensors(1, 8)));
        String target = local ? out().toString() : remote(out());
        writer(frame).option("source", source.toString()).save(target);
        assertThat(filesBelow(out()))
                .containsExactly("config.json", "empty.txt", "model.safetensors", "tokenizer.model");
        assertThat(out().resolve("tokenizer.model")).hasSameBinaryContentAs(source.resolve("tokenizer.model"));
        Files.writeString(out().resolve("config.json"), "old");
        Files.writeString(out().resolve("README.md"), "mine");
        Files.delete(out().resolve("empty.txt"));
        writer(frame.withColumn("layer_name", lit("other")))
                .option("source", source.toString())
                .mode("append")
                .save(target);
        assertThat(out().resolve("config.json")).hasContent("old");
        assertThat(out().resolve("empty.txt")).exists();
        writer(frame).option("source", source.toString()).mode("overwrite").save(target);
        assertThat(out().resolve("config.json")).hasContent("{\"new\": true}");
        assertThat(filesBelow(out()))
                .containsExactly("README.md", "config.json", "empty.txt", "model.safetensors", "tokenizer.model");
    }

    @Test
    void sourcesThatAreRefused() throws IOException {
        Path source = source();
        Dataset<Row> frame = frame(rowsOf(tensors(1, 8)));
        assertThat(failureOf(() -> writer(frame)
                        .option("source", directory + "/./source model/")
                        .mode("overwrite")
                        .save(source.toString())))
                .hasMessageContaining("is the input itself");
        assertThat(failureOf(() -> writer(frame)
                        .option("source", directory.resolve("nowhere").toString())
                        .save(out().toString())))
                .hasMessageContaining("Nothing exists at '" + directory.resolve("nowhere") + "'");
        assertThat(out()).doesNotExist();
        assertThat(filesBelow(source)).hasSize(7);
    }

    @Test
    void recordsTellWhatWasWritten() {
        List<Tensor> tensors = tensors(4, 1000);
        writer(frame(rowsOf(tensors.subList(0, 1)), rowsOf(tensors.subList(1, 4))))
                .save(out().toString());
        List<PartitionRecord> records =
                PartitionRecords.of(spark.sparkContext()).all();
        LongStream written = records.subList(records.size() - 2, records.size()).stream()
                .mapToLong(PartitionRecord::bytesWritten)
                .sorted();
        assertThat(written.toArray()).containsExactly(1000, 3000);
    }
}
