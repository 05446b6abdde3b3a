package io.arrowquant.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.arrow.TestSchemas;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the session makes of tables, in all forms in which they come. */
class LocalSessionTest extends SessionTestBase {
    private static final String[] NAMES = {"a", "b", "c", "d"};
    private static final float[][] WEIGHTS = {random(1, 1000), {}, random(2, 7), random(3, 800_001)};

    /** What the scheme's own encoder makes of a tensor in one go. */
    private static byte[][] encoded(String scheme, float[] weights, long... dimensions) {
        Scheme parsed = SchemeCatalog.parse(scheme);
        Shape shape = dimensions.length == 0 ? Shape.of(weights.length) : Shape.of(dimensions);
        RangeEncoder encoder = new RangeEncoder(parsed, new EncodeRequest("x", DataType.F32, shape, NonFinite.ERROR));
        PartBuffers parts = new PartBuffers(parsed.parts(shape).size());
        try {
            ElementSource source = ElementSource.ofFloats(weights, 0, 0);
            if (encoder.needsSurvey()) {
                encoder.survey(source);
            }
            encoder.encode(source, new ElementRange(0, weights.length), parts, null);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        byte[][] bytes = new byte[parts.parts()][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = parts.toByteArray(i);
        }
        return bytes;
    }

    private static List<Float> floats(byte[] bytes) {
        List<Float> floats = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            floats.add(buffer.getFloat());
        }
        return floats;
    }

    private static void assertEncoded(List<Row> rows, String scheme) {
        assertThat(rows).hasSize(WEIGHTS.length);
        for (int i = 0; i < WEIGHTS.length; i++) {
            byte[][] expected = encoded(scheme, WEIGHTS[i]);
            Row row = rows.get(i);
            assertThat(row.name()).isEqualTo(NAMES[i]);
            assertThat(row.data()).isEqualTo(expected[0]);
            assertThat(row.scales()).isEqualTo(floats(expected[1]));
            assertThat(row.zeroPoints()).isEqualTo(floats(expected[2]));
            assertThat(row.shape()).isEqualTo(List.of((long) WEIGHTS[i].length));
        }
    }

    private VectorSchemaRoot table() {
        return TestTable.of(caller, NAMES, WEIGHTS, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"int2", "int4(group_size=100)", "int8(symmetric=true)", "int4(strategy=tensor)"})
    void arraysGiveTheBytesOfTheEncoder(String scheme) {
        JsonNode report = quantizeArray(table(), request("scheme", scheme));

        assertEncoded(rows(report), scheme);
        assertThat(report.path("layers").asInt()).isEqualTo(4);
        assertThat(report.path("parameters").asInt()).isEqualTo(801_008);
        assertThat(report.path("bytes_in").asLong()).isEqualTo(4 * 801_008L);
    }

    @Test
    void streamsGiveTheSame() {
        JsonNode report = withStream(stream -> session.quantizeStream(stream, request("scheme", "int4"), 0), table());

        assertEncoded(rows(report), "int4");
    }

    @Test
    void streamsWithoutRowsGiveAnEmptyTable() {
        VectorSchemaRoot empty = TestTable.of(caller, new String[0], new float[0][], null);

        JsonNode report = withStream(stream -> session.quantizeStream(stream, request(), 0), empty);

        assertThat(report.path("batches")).hasSize(1);
        assertThat(rows(report)).isEmpty();
    }

    @Test
    void longStreamsComeInGroups() {
        VectorSchemaRoot[] batches = new VectorSchemaRoot[3];
        float[] weights = random(5, 9 << 20);
        for (int i = 0; i < batches.length; i++) {
            batches[i] = TestTable.of(caller, new String[] {"l" + i}, new float[][] {weights}, null);
        }

        JsonNode report = withStream(stream -> session.quantizeStream(stream, request("in_groups", true), 0), batches);

        assertThat(report.path("batches")).hasSize(2);
        assertThat(rows(report)).extracting(Row::name).containsExactly("l0", "l1", "l2");
    }

    @Test
    void ipcGivesTheSame() {
        byte[] data = ipc(null, table());

        IpcAnswer answer = quantizeIpc(data, request("scheme", "int4"));

        assertEncoded(rows(answer), "int4");
        assertThat(answer.report().path("layers").asInt()).isEqualTo(4);
    }

    @Test
    void addressesGiveTheSame() {
        try (ArrowBuf memory = caller.buffer(4000)) {
            for (int i = 0; i < 1000; i++) {
                memory.setFloat(i * 4L, WEIGHTS[0][i]);
            }
            String layer = "[{\"name\":\"a\",\"dtype\":\"F32\",\"address\":" + memory.memoryAddress()
                    + ",\"count\":1000,\"shape\":[10,100]}]";

            List<Row> rows = rows(parsed(session.quantizeLayers(layer, request("scheme", "int4"), 0)));

            assertThat(rows.get(0).data()).isEqualTo(encoded("int4", WEIGHTS[0])[0]);
            assertThat(rows.get(0).shape()).isEqualTo(List.of(10L, 100L));
        }
    }

    @Test
    void allLayoutsOfColumnsGiveTheSame() {
        float[][] weights = {random(7, 300), random(8, 300)};
        long[][] shapes = {{3, 100}, null};
        List<VectorSchemaRoot> tables = List.of(
                new TestTable(caller)
                        .largeNames("a", "b")
                        .largeLists(weights)
                        .shapes(shapes)
                        .build(),
                new TestTable(caller)
                        .names("a", "b")
                        .fixedLists(weights)
                        .shapes(shapes)
                        .build(),
                new TestTable(caller)
                        .names("a", "b")
                        .lists(FloatingPointPrecision.DOUBLE, weights)
                        .shapes(shapes)
                        .ints("other", 1, 2)
                        .build(),
                new TestTable(caller)
                        .names("a", "b")
                        .bytes(stored(weights[0]), stored(weights[1]))
                        .dtypes("F32", "F32")
                        .shapes(shapes)
                        .build(),
                new TestTable(caller)
                        .names("a", "b")
                        .largeBytes(stored(weights[0]), stored(weights[1]))
                        .dtypes("F32", "F32")
                        .shapes(shapes)
                        .build());
        for (VectorSchemaRoot table : tables) {
            byte[] data = copyOf(table);

            List<Row> rows = rows(quantizeArray(table, request()));

            assertThat(rows.get(0).data()).isEqualTo(encoded("int4", weights[0])[0]);
            assertThat(rows.get(1).data()).isEqualTo(encoded("int4", weights[1])[0]);
            assertThat(rows.get(0).shape()).isEqualTo(List.of(3L, 100L));
            assertThat(rows(quantizeIpc(data, request())).get(1).data())
                    .isEqualTo(rows.get(1).data());
        }
    }

    private static byte[] copyOf(VectorSchemaRoot table) {
        VectorSchemaRoot slice = table.slice(0);
        return ipc(null, slice);
    }

    private static byte[] stored(float[] weights) {
        ByteBuffer bytes = ByteBuffer.allocate(weights.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float weight : weights) {
            bytes.putFloat(weight);
        }
        return bytes.array();
    }

    @Test
    void halvesAreReadAsTheyAreStored() {
        float[] weights = random(9, 100);
        float[] rounded = new float[weights.length];
        VectorSchemaRoot table = new TestTable(caller)
                .names("a")
                .lists(FloatingPointPrecision.HALF, weights)
                .build();
        Float2Vector halves = (Float2Vector) ((ListVector) table.getVector("weights")).getDataVector();
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = halves.getValueAsFloat(i);
        }

        List<Row> rows = rows(quantizeArray(table, request()));

        assertThat(rows.get(0).data()).isEqualTo(encoded("int4", rounded)[0]);
    }

    @Test
    void namesMayComeByDictionary() {
        try (VarCharVector words = new VarCharVector("words", caller)) {
            words.allocateNew();
            words.setSafe(0, "a".getBytes(StandardCharsets.UTF_8));
            words.setSafe(1, "b".getBytes(StandardCharsets.UTF_8));
            words.setValueCount(2);
            Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(1, false, null));
            DictionaryProvider provider = new DictionaryProvider.MapDictionaryProvider(dictionary);
            VectorSchemaRoot plain = TestTable.of(caller, new String[] {"b", "a"}, new float[][] {{1}, {2}}, null);
            VectorSchemaRoot encoded = new VectorSchemaRoot(List.of(
                    (FieldVector) DictionaryEncoder.encode(plain.getVector("layer_name"), dictionary),
                    plain.getVector("weights")));
            plain.getVector("layer_name").close();

            IpcAnswer answer = quantizeIpc(ipc(provider, encoded), request());

            assertThat(rows(answer)).extracting(Row::name).containsExactly("b", "a");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nf4", "W4A16", "FP8_BLOCK", "Q4_K", "gptq_int4", "hqq_int4"})
    void furtherPartsHaveAColumn(String scheme) {
        float[] weights = random(11, 256 * 512);
        VectorSchemaRoot table =
                TestTable.of(caller, new String[] {"a"}, new float[][] {weights}, new long[][] {{256, 512}});

        List<Row> rows = rows(quantizeArray(table, request("scheme", scheme)));

        assertThat(rows.get(0).data()).isEqualTo(encoded(scheme, weights, 256, 512)[0]);
        assertThat(rows.get(0).scales()).isNull();
    }

    @Test
    void resultsDecodeAndCompare() {
        for (String scheme : List.of("int4", "nf4", "Q8_0")) {
            float[] weights = random(12, 200_192);
            String[] names = {"a", "norm"};
            float[][] both = {weights, {1, 2, 3}};
            String request = request("scheme", scheme, "rules", List.of(Map.of("match", "norm", "keep", true)));
            VectorSchemaRoot original = TestTable.of(caller, names, both, null);
            IpcAnswer quantized = quantizeIpc(ipc(null, original), request);

            JsonNode decoded = withReader(quantized.table(), stream -> session.dequantize(stream, 2));
            JsonNode compared = withStream(
                    before -> withReader(quantized.table(), after -> session.compare(before, after, 2))
                            .toString(),
                    TestTable.of(caller, names, both, null));

            assertThat(compared.path("compared").path("a").path("cosine").asDouble())
                    .isBetween(0.99, 0.99999999);
            assertThat(compared.path("compared").path("norm").path("cosine").asDouble())
                    .isEqualTo(1);
            session.allocatedBytes();
            takeWeights(decoded, weights.length + 3);
        }
    }

    private void takeWeights(JsonNode report, int elements) {
        ArrowArray array = ArrowArray.wrap(report.path("address").asLong());
        try (ArrowSchema schema = ArrowSchema.allocateNew(caller)) {
            Data.exportSchema(caller, TestSchemas.weights(), null, schema);
            try (VectorSchemaRoot table = Data.importVectorSchemaRoot(caller, array, schema, null)) {
                int found = 0;
                for (int i = 0; i < table.getRowCount(); i++) {
                    found += ((List<?>) table.getVector("weights").getObject(i)).size();
                }
                assertThat(found).isEqualTo(elements);
            }
        }
    }

    private JsonNode withReader(byte[] ipc, StreamCall call) {
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(caller)) {
            ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(ipc), caller);
            Data.exportArrayStream(caller, reader, stream);
            return parsed(call.run(stream.memoryAddress()));
        }
    }

    @Test
    void tellsWhereWeightsAre() {
        JsonNode report = withStream(session::addresses, table());

        assertThat(report.path("addresses")).hasSize(4);
        assertThat(report.path("addresses").get(0).asLong()).isNotZero();
    }

    @Test
    void tellsWhatRuns() {
        JsonNode described = parsed(session.describe());

        assertThat(described.path("java").asText()).isNotEmpty();
        assertThat(described.path("kernels").asText()).isIn("vector", "scalar");
        assertThat(session.allocatedBytes()).isZero();
    }

    @Test
    void resultsThatNobodyTookGoWithTheSession() {
        quantizeArray(table(), request());

        assertThat(session.allocatedBytes()).isPositive();
    }
}
