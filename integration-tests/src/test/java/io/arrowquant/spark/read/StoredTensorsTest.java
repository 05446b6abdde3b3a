package io.arrowquant.spark.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.spark.testing.CheckpointFiles;
import io.arrowquant.spark.testing.CheckpointFiles.Stored;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What the columns hold. */
class StoredTensorsTest extends ReadTestBase {
    @Test
    void everyTypeComesWithItsBytesAndItsValues() throws IOException {
        List<Stored> tensors = new ArrayList<>();
        for (DataType type : DataType.values()) {
            tensors.add(CheckpointFiles.random("t." + type, type, 3, 8));
        }
        CheckpointFiles.write(directory.resolve("model.safetensors"), tensors.toArray(new Stored[0]));

        for (Stored tensor : tensors) {
            Row row = load().where("layer_name = '" + tensor.name() + "'").first();
            assertThat(row.getString(1)).isEqualTo(tensor.dtype().name());
            assertThat(row.<Long>getList(2)).containsExactly(3L, 8L);
            assertThat(row.getLong(3)).isZero();
            assertThat(row.getLong(4)).isEqualTo(24);
            assertThat((byte[]) row.get(6)).isEqualTo(tensor.data());
            assertThat(row.getString(7)).isEqualTo("model.safetensors");
            assertThat(row.isNullAt(5)).isEqualTo(!tensor.dtype().isReadableAsFloat());
        }
    }

    @Test
    void floatsAreWhatTheBytesSay() throws IOException {
        Stored tensor = CheckpointFiles.gaussian("w", DataType.F32, 5, 1000);
        Stored rounded = CheckpointFiles.gaussian("w", DataType.BF16, 5, 1000);
        CheckpointFiles.write(directory.resolve("a").resolve("model.safetensors"), tensor);
        CheckpointFiles.write(directory.resolve("b").resolve("model.safetensors"), rounded);
        ByteBuffer singles = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer brains = ByteBuffer.wrap(rounded.data()).order(ByteOrder.LITTLE_ENDIAN);

        List<Float> a =
                reader().load(directory + "/a").select("weights").first().getList(0);
        List<Float> b =
                reader().load(directory + "/b").select("weights").first().getList(0);
        for (int i = 0; i < 5000; i++) {
            assertThat(a.get(i)).isEqualTo(singles.getFloat(4 * i));
            assertThat(b.get(i)).isEqualTo(Float.intBitsToFloat(brains.getShort(2 * i) << 16));
        }
    }

    @Test
    void singleElementsAreFoundInBatchesOfManyRows() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model.safetensors"),
                CheckpointFiles.gaussian("a", DataType.F32, 3),
                CheckpointFiles.random("b", DataType.BOOL, 4),
                CheckpointFiles.gaussian("c", DataType.F32, 0),
                CheckpointFiles.gaussian("d", DataType.F32, 2));
        List<Row> rows = load().selectExpr("layer_name", "size(weights)", "get(weights, 1)", "weights")
                .orderBy("layer_name")
                .collectAsList();
        assertThat(rows).extracting(row -> row.isNullAt(3) ? -1 : row.getInt(1)).containsExactly(3, -1, 0, 2);
        assertThat(rows.get(0).getFloat(2))
                .isEqualTo(rows.get(0).<Float>getList(3).get(1));
        assertThat(rows.get(3).getFloat(2))
                .isEqualTo(rows.get(3).<Float>getList(3).get(1));
    }

    @Test
    void shardsWithDifferentTensorsAreOneTable() throws IOException {
        CheckpointFiles.write(
                directory.resolve("model-00001-of-00002.safetensors"), CheckpointFiles.gaussian("a", DataType.F32, 7));
        CheckpointFiles.write(
                directory.resolve("model-00002-of-00002.safetensors"), CheckpointFiles.gaussian("b", DataType.BF16, 9));
        assertThat(load().selectExpr("layer_name", "file").orderBy("layer_name").collectAsList())
                .extracting(row -> row.getString(0) + " " + row.getString(1))
                .containsExactly("a model-00001-of-00002.safetensors", "b model-00002-of-00002.safetensors");
        assertThat(reader().load(directory + "/*-00002-of-*.safetensors")
                        .select("layer_name")
                        .first()
                        .getString(0))
                .isEqualTo("b");
        assertThat(reader().load(directory + "/model-00001-of-00002.safetensors")
                        .count())
                .isOne();
    }

    @Test
    void aTemporaryViewReadsTheSame() throws IOException {
        CheckpointFiles.write(directory.resolve("model.safetensors"), CheckpointFiles.gaussian("a", DataType.F32, 7));
        spark.sql("CREATE OR REPLACE TEMPORARY VIEW one_tensor USING safetensors OPTIONS (path '" + directory + "')");
        assertThat(spark.sql("SELECT size(weights) FROM one_tensor").first().getInt(0))
                .isEqualTo(7);
    }

    @Test
    void cachedShuffledAndLimitedFramesHoldTheSameBytes() throws IOException {
        Stored tensor = CheckpointFiles.gaussian("a", DataType.BF16, 64, 4096);
        CheckpointFiles.write(directory.resolve("model.safetensors"), tensor);
        Dataset<Row> frame = reader().option("splitBytes", "32KiB").load(directory.toString());
        String digest = "sha1(array_join(transform(array_sort(collect_list(struct(element_start, sha1(data)))), "
                + "p -> p.col2), ','))";
        String plain = frame.selectExpr(digest).first().getString(0);
        assertThat(frame.repartition(5).selectExpr(digest).first().getString(0)).isEqualTo(plain);
        Dataset<Row> cached = frame.cache();
        assertThat(cached.selectExpr(digest).first().getString(0)).isEqualTo(plain);
        assertThat(cached.selectExpr("sum(size(weights))").first().getLong(0)).isEqualTo(64 * 4096);
        cached.unpersist(true);
        assertThat(frame.limit(3).collectAsList()).hasSize(3);
        // Rows that outlive their batch, because an aggregate or a sort keeps them.
        assertThat(frame.selectExpr("collect_list(data) AS all")
                        .selectExpr("sha1(array_join(transform(all, d -> sha1(d)), ','))")
                        .first()
                        .getString(0))
                .isEqualTo(frame.orderBy("element_start")
                        .selectExpr("sha1(data) AS h")
                        .selectExpr("sha1(array_join(collect_list(h), ','))")
                        .first()
                        .getString(0));
    }
}
