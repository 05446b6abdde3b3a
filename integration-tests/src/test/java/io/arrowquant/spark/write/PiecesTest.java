package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rows may say, and how they come together to tensors. */
class PiecesTest extends WriteTestBase {
    private static final Tensor A = Tensors.tensor("a", DataType.F32, 100, 30);
    private static final Tensor B = Tensors.tensor("b", DataType.BF16, 7001);

    private Path out() {
        return directory.resolve("out");
    }

    private Throwable errorOf(Dataset<Row> frame) {
        Throwable error = failureOf(() -> writer(frame).save(out().toString()));
        assertThat(out()).doesNotExist();
        return error;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void piecesComeInAnyOrderAndInterleaved(boolean local) throws IOException {
        List<Row> rows = new ArrayList<>(A.pieces(17));
        rows.addAll(B.pieces(1000));
        Collections.shuffle(rows, new Random(1));
        writer(frame(rows)).save(local ? out().toString() : remote(out()));
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    @Test
    void partitionsMadeByRepartition() throws IOException {
        List<Row> rows = new ArrayList<>(A.pieces(17));
        rows.addAll(B.pieces(1000));
        Dataset<Row> scattered = frame(rows.subList(0, 90), rows.subList(90, rows.size()));
        writer(scattered.repartition(scattered.col("layer_name"))).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    @Test
    void piecesInSeveralTasks() {
        List<Row> pieces = B.pieces(1000);
        assertThat(errorOf(frame(pieces.subList(0, 3), List.of(A.row()), pieces.subList(3, 8))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "The rows of layer 'b' are spread over several tasks, among them those of partitions 0 and 2. "
                                + "Use repartition(\"layer_name\") before writing, so that all rows of a layer come to "
                                + "one task");
    }

    @Test
    void missingPieces() {
        List<Row> pieces = B.pieces(1000);
        assertThat(errorOf(frame(List.of(A.row()), pieces.subList(0, 3))))
                .hasMessageContaining(
                        "Layer 'b' is incomplete: its task got 3000 of 7001 elements, without element 3000. "
                                + "Either rows are missing from the frame, or they are in other partitions. Use "
                                + "repartition");
    }

    @Test
    void overlappingPieces() {
        assertThat(errorOf(frame(List.of(B.row(0, 1000), B.row(2000, 1000), B.row(900, 200)))))
                .hasMessageContaining(
                        "Layer 'b' has overlapping rows: one brings elements 900 to 1099, but element 900 was "
                                + "there already. Each element must come once");
    }

    @Test
    void duplicateRows() {
        assertThat(errorOf(frame(List.of(A.row(), A.row()))))
                .hasMessageContaining(
                        "Layer 'a' has all its 3000 elements, but a further row brings elements 0 to 2999. "
                                + "Remove the duplicate rows");
    }

    @Test
    void oneNameInTwoPartitions() {
        assertThat(errorOf(frame(List.of(A.row()), List.of(A.row()))))
                .hasMessageContaining(
                        "Layer 'a' occurs twice, in partitions 0 and 1. Remove the duplicate rows, or give "
                                + "the layers different names");
    }

    @Test
    void differentDescriptions() {
        Tensor other = new Tensor("b", DataType.F16, Shape.of(7001), B.data());
        assertThat(errorOf(frame(List.of(B.row(0, 1000), other.row(1000, 10)))))
                .hasMessageContaining("Layer 'b' comes with different descriptions: BF16 [7001] and F16 [7001]");
    }

    @Test
    void aRangeBeyondTheShape() {
        Row row = RowFactory.create("x", "U8", new Long[] {2L, 3L}, 4L, 3L, new byte[3]);
        assertThat(errorOf(frame(List.of(row))))
                .hasMessageContaining(
                        "A row of layer 'x' holds 3 elements from element 4 on, but its shape [2, 3] has 6");
    }

    @Test
    void dataOfAnotherLength() {
        Row row = RowFactory.create("x", "BF16", new Long[] {2L, 3L}, null, null, new byte[11]);
        assertThat(errorOf(frame(List.of(row))))
                .hasMessageContaining("Layer 'x': 6 elements of BF16 take 12 bytes, but the row's data has 11");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5})
    void nulls(int column) {
        Object[] values = {"x", "U8", new Long[] {1L}, 0L, 1L, new byte[1]};
        values[column] = null;
        String name = Tensors.SCHEMA.fieldNames()[column];
        String where = column == 0 ? "a row" : "a row of layer 'x'";
        assertThat(errorOf(frame(List.of(RowFactory.create(values)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Column '" + name + "' is null in " + where + ". ");
    }

    @Test
    void unknownTypesAndImpossibleShapes() {
        assertThat(errorOf(frame(List.of(RowFactory.create("x", "BF61", new Long[] {1L}, 0L, 1L, new byte[1])))))
                .hasMessageContaining("Unknown dtype of layer 'x': 'BF61'. Did you mean 'BF16'?");
        assertThat(errorOf(frame(List.of(RowFactory.create("x", "U8", new Long[] {-1L}, 0L, 1L, new byte[1])))))
                .hasMessageContaining("Layer 'x' has an impossible shape: negative dimension -1");
        assertThat(errorOf(frame(List.of(RowFactory.create("x", "U8", new Long[] {1L << 40, 1L << 40}, 0L, 1L, null)))))
                .hasMessageContaining("Layer 'x' has an impossible shape");
        assertThat(errorOf(
                        frame(List.of(RowFactory.create("__metadata__", "U8", new Long[] {1L}, 0L, 1L, new byte[1])))))
                .hasMessageContaining("A tensor cannot be called __metadata__");
    }

    @Test
    void missingColumns() {
        Dataset<Row> whole = frame(List.of(A.row()));
        for (String name : List.of("layer_name", "dtype", "shape", "data")) {
            assertThat(errorOf(whole.drop(name)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("Missing required column '" + name
                            + "'. The writer needs layer_name, dtype, shape, and data or weights; the frame has ");
        }
    }

    @Test
    void columnsOfOtherTypes() {
        Dataset<Row> whole = frame(List.of(A.row()));
        assertThat(errorOf(whole.withColumn("shape", whole.col("shape").cast("array<int>"))))
                .hasMessage("Column 'shape' has type array<int>, but must be array<bigint>. Cast it to array<bigint>");
        assertThat(errorOf(whole.withColumn(
                        "element_start", whole.col("element_start").cast("int"))))
                .hasMessage("Column 'element_start' has type int, but must be bigint. Cast it to bigint");
    }

    @Test
    void columnsAreFoundByNameWhateverTheirOrderAndCase() throws IOException {
        Dataset<Row> whole = frame(List.of(A.row()), B.pieces(1000));
        Dataset<Row> other = whole.selectExpr(
                "data as DATA",
                "'ignored' as extra",
                "shape",
                "array(1D) as weights",
                "layer_name as Layer_Name",
                "element_count",
                "element_start",
                "dtype");
        writer(other).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    @Test
    void aColumnThatOccursTwice() {
        spark.conf().set("spark.sql.caseSensitive", "true");
        Dataset<Row> twice = frame(List.of(A.row())).selectExpr("*", "data as DATA");
        spark.conf().set("spark.sql.caseSensitive", "false");
        assertThat(failureOf(() -> writer(twice).save(out().toString())))
                .hasMessageMatching("(?s).*(Column 'data' occurs twice, as 'data' and 'DATA'|COLUMN_ALREADY_EXISTS).*");
    }

    @Test
    void withoutRangesARowIsAWholeTensor() throws IOException {
        writer(frame(List.of(A.row()), List.of(B.row())).drop("element_start", "element_count"))
                .save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
    }

    @Test
    void everyTypeEmptyTensorsAndScalars() throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (DataType type : DataType.values()) {
            tensors.add(Tensors.tensor("matrix." + type, type, 3, 8));
            tensors.add(Tensors.tensor("empty." + type, type, 0, 5));
            if (type.bits() >= 8) {
                tensors.add(Tensors.tensor("scalar." + type, type));
            }
        }
        for (boolean local : new boolean[] {true, false}) {
            Path place = directory.resolve("types" + local);
            writer(frame(rowsOf(tensors))).save(local ? place.toString() : remote(place));
            assertThat(Tensors.contentOf(place)).isEqualTo(Tensors.contentOf(tensors));
        }
    }

    @Test
    void piecesOfSubByteTypes() throws IOException {
        Tensor tensor = Tensors.tensor("codes", DataType.F6_E2M3, 5, 16);
        writer(frame(tensor.pieces(8))).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(tensor)));
        Row broken = RowFactory.create("x", "F4", new Long[] {16L}, 3L, 2L, new byte[1]);
        assertThat(failureOf(() -> writer(frame(List.of(broken))).mode("append").save(out().toString())))
                .hasMessageContaining(
                        "A row of layer 'x' holds 2 elements of F4 from element 3 on, which are not whole "
                                + "bytes. Cut the layer at multiples of 8 elements");
    }

    @Test
    void anEmptyTensorMayComeOnce() {
        Tensor empty = Tensors.tensor("empty", DataType.F16, 0);
        assertThat(errorOf(frame(List.of(empty.row(), empty.row()))))
                .hasMessageContaining("Layer 'empty' has all its 0 elements, but a further row brings no element");
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"F32", "BF16", "F16", "F64", "F8_E4M3", "F8_E5M2", "I8", "U16", "I64"})
    void floatsAreNarrowed(DataType type) throws IOException {
        float[] values = new float[50_000];
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * 30;
        }
        byte[] expected = new byte[values.length * type.bytes()];
        Kernels.get().narrowing().narrow(values, 0, type, expected, 0, values.length);
        StructType schema = new StructType()
                .add("weights", DataTypes.createArrayType(DataTypes.FloatType))
                .add("layer_name", DataTypes.StringType)
                .add("dtype", DataTypes.StringType)
                .add("shape", DataTypes.createArrayType(DataTypes.LongType));
        writer(frame(schema, List.of(List.of(RowFactory.create(values, "w", type.name(), new Long[] {500L, 100L})))))
                .save(out().toString());
        assertThat(Tensors.contentOf(out()))
                .isEqualTo(Tensors.contentOf(List.of(new Tensor("w", type, Shape.of(500, 100), expected))));
    }

    @Test
    void floatsThatCannotBeStored() {
        assertThat(errorOf(spark.sql("select 'w' layer_name, 'F4' dtype, array(2L) shape, array(1f, 2f) weights")))
                .hasMessageContaining(
                        "Layer 'w' has dtype F4, in which column weights cannot be stored. Give its bytes in a "
                                + "column data");
        assertThat(errorOf(spark.sql("select 'w' layer_name, 'F16' dtype, array(2L) shape, array(1f, null) weights")))
                .hasMessageContaining("Layer 'w' has a null weight at element 1. Replace nulls by numbers");
        assertThat(errorOf(spark.sql("select 'w' layer_name, 'F16' dtype, array(3L) shape, array(1f, 2f) weights")))
                .hasMessageContaining("Layer 'w': the row stands for 3 elements, but its weights have 2");
    }

    @Test
    void rowsThatAreNotUnsafeRows() throws IOException {
        // A sort leaves its rows in memory pages, which are no byte arrays.
        Dataset<Row> frame = frame(B.pieces(500));
        Dataset<Row> sorted =
                frame.sortWithinPartitions(frame.col("element_start").desc());
        writer(sorted).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(B)));
    }

    @Test
    void namesOfAllSorts() throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (String name : List.of("", " ", "ünï", "模型.weight", "😀", "a/b\\c", "quote\"\n\t\u0001", "../x")) {
            tensors.add(Tensors.tensor(name, DataType.U8, 16));
        }
        writer(frame(rowsOf(tensors), List.of(A.row()))).save(out().toString());
        tensors.add(A);
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(tensors));
    }

    @Test
    void misalignedTensorsAreLaidOutByWidth() throws IOException {
        Tensor odd = Tensors.tensor("odd", DataType.U8, 13);
        Tensor wide = Tensors.tensor("wide", DataType.F64, 4);
        writer(frame(List.of(odd.row(), wide.row()))).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(odd, wide)));
        for (Map.Entry<String, Long> offset : Tensors.offsetsOf(out()).entrySet()) {
            assertThat(offset.getKey().equals("wide") ? offset.getValue() % 8 : 0)
                    .isZero();
        }
    }

    @Test
    void aHeaderLargerThanItsRoom() throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            tensors.add(Tensors.tensor("model.layers." + i + ".a.rather.long.name.of.a.weight", DataType.U8, 3));
        }
        writer(frame(rowsOf(tensors))).save(out().toString());
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(tensors));
        assertThat(Tensors.offsetsOf(out()))
                .allSatisfy((name, offset) -> assertThat(offset).isGreaterThan(ReservedFile.RESERVED));
    }
}
