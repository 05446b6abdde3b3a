package io.arrowquant.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.arrowquant.arrow.TestSchemas;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A session and a caller of it, each with memory of its own; both must have got everything back in the end. */
abstract class SessionTestBase {
    static final ObjectMapper JSON = new ObjectMapper();

    BufferAllocator caller;
    LocalSession session;

    @BeforeEach
    void open() {
        caller = new RootAllocator();
        session = new LocalSession();
    }

    @AfterEach
    void nothingLeaks() {
        session.close();
        caller.close();
    }

    static float[] random(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    static String request(Object... settings) {
        Map<String, Object> request = new LinkedHashMap<>(Map.of("num_threads", 2));
        for (int i = 0; i < settings.length; i += 2) {
            request.put((String) settings[i], settings[i + 1]);
        }
        return JSON.valueToTree(request).toString();
    }

    static JsonNode parsed(String report) {
        try {
            return JSON.readTree(report);
        } catch (IOException impossible) {
            throw new AssertionError(report, impossible);
        }
    }

    /** Hands a table over as one array, and closes it at once: what was exported holds the memory. */
    JsonNode quantizeArray(VectorSchemaRoot table, String request) {
        try (ArrowArray array = ArrowArray.allocateNew(caller);
                ArrowSchema schema = ArrowSchema.allocateNew(caller)) {
            Data.exportVectorSchemaRoot(caller, table, null, array, schema);
            table.close();
            return parsed(session.quantizeArray(schema.memoryAddress(), array.memoryAddress(), request, 0));
        }
    }

    /** A call that takes a stream. */
    interface StreamCall {
        String run(long stream);
    }

    JsonNode withStream(StreamCall call, VectorSchemaRoot... batches) {
        return withStream(call, null, batches);
    }

    JsonNode withStream(StreamCall call, DictionaryProvider dictionaries, VectorSchemaRoot... batches) {
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(caller)) {
            byte[] ipc = ipc(dictionaries, batches);
            ArrowReader reader = new ArrowStreamReader(new ByteArrayInputStream(ipc), caller);
            Data.exportArrayStream(caller, reader, stream);
            return parsed(call.run(stream.memoryAddress()));
        }
    }

    /** Batches as an IPC stream; they are closed. */
    static byte[] ipc(DictionaryProvider dictionaries, VectorSchemaRoot... batches) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorSchemaRoot first = batches[0];
        try (ArrowStreamWriter writer = new ArrowStreamWriter(first, dictionaries, Channels.newChannel(bytes))) {
            writer.writeBatch();
            for (int i = 1; i < batches.length; i++) {
                try (ArrowRecordBatch batch = new VectorUnloader(batches[i]).getRecordBatch()) {
                    new VectorLoader(first).load(batch);
                }
                writer.writeBatch();
            }
            writer.end();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        Arrays.asList(batches).forEach(VectorSchemaRoot::close);
        return bytes.toByteArray();
    }

    /** A row of a result, as Java values. */
    record Row(String name, byte[] data, List<?> scales, List<?> zeroPoints, List<?> shape, int bits, String scheme) {}

    /** Takes the batches of a report over, and reads them. */
    List<Row> rows(JsonNode report) {
        assertThat(report.path("error").path("message").asText()).isEmpty();
        List<Row> rows = new ArrayList<>();
        for (JsonNode batch : report.path("batches")) {
            try (VectorSchemaRoot table = take(batch)) {
                rows.addAll(rows(table));
            }
        }
        return rows;
    }

    private VectorSchemaRoot take(JsonNode batch) {
        ArrowArray array = ArrowArray.wrap(batch.path("address").asLong());
        try (ArrowSchema schema = ArrowSchema.allocateNew(caller)) {
            Data.exportSchema(
                    caller,
                    TestSchemas.result(
                            batch.path("large").asBoolean(), batch.path("parts").asBoolean()),
                    null,
                    schema);
            return Data.importVectorSchemaRoot(caller, array, schema, null);
        }
    }

    static List<Row> rows(VectorSchemaRoot table) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < table.getRowCount(); i++) {
            rows.add(new Row(
                    table.getVector("layer_name").getObject(i).toString(),
                    (byte[]) table.getVector("quantized_data").getObject(i),
                    (List<?>) table.getVector("scales").getObject(i),
                    (List<?>) table.getVector("zero_points").getObject(i),
                    (List<?>) table.getVector("shape").getObject(i),
                    ((Number) table.getVector("bit_width").getObject(i)).intValue(),
                    table.getVector("scheme").getObject(i).toString()));
        }
        return rows;
    }

    /** The report and the table of an answer to IPC data. */
    record IpcAnswer(JsonNode report, byte[] table) {}

    IpcAnswer quantizeIpc(byte[] data, String request) {
        try (ArrowBuf memory = caller.buffer(Math.max(1, data.length))) {
            memory.setBytes(0, data);
            byte[] answer = session.quantizeIpc(memory.memoryAddress(), data.length, request, 0);
            int head = ByteBuffer.wrap(answer).getInt();
            String report = new String(answer, Integer.BYTES, head, StandardCharsets.UTF_8);
            return new IpcAnswer(parsed(report), Arrays.copyOfRange(answer, Integer.BYTES + head, answer.length));
        }
    }

    List<Row> rows(IpcAnswer answer) {
        assertThat(answer.report().path("error").path("message").asText()).isEmpty();
        try (ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(answer.table()), caller)) {
            List<Row> rows = new ArrayList<>();
            while (reader.loadNextBatch()) {
                rows.addAll(rows(reader.getVectorSchemaRoot()));
            }
            return rows;
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
