package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.spark.write.Tensors.Tensor;
import io.arrowquant.tensor.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The calls Spark may make, in orders it rarely makes them in. */
class WriterContractTest extends WriteTestBase {
    private static final Tensor A = Tensors.tensor("a", DataType.F32, 10);
    private static final Tensor B = Tensors.tensor("b", DataType.F32, 20);

    private Path out() {
        return directory.resolve("out");
    }

    private record Info(String queryId) implements LogicalWriteInfo {
        @Override
        public CaseInsensitiveStringMap options() {
            return CaseInsensitiveStringMap.empty();
        }

        @Override
        public StructType schema() {
            return Tensors.SCHEMA;
        }
    }

    private BatchWrite newWrite(boolean local) {
        String path = local ? out().toString() : remote(out());
        Info info = new Info(UUID.randomUUID().toString());
        return new SafetensorsWriteBuilder(info, path, Map.of()).build().toBatch();
    }

    private static InternalRow row(Tensor tensor) {
        Object[] values = {
            UTF8String.fromString(tensor.name()),
            UTF8String.fromString(tensor.dtype().name()),
            new GenericArrayData(tensor.shape().toArray()),
            0L,
            tensor.shape().elements(),
            tensor.data()
        };
        return new GenericInternalRow(values);
    }

    private static DataWriter<InternalRow> written(DataWriterFactory factory, int partition, long task, Tensor tensor)
            throws IOException {
        DataWriter<InternalRow> writer = factory.createWriter(partition, task);
        writer.write(row(tensor));
        return writer;
    }

    private static WriterCommitMessage committed(DataWriter<InternalRow> writer) throws IOException {
        WriterCommitMessage message = writer.commit();
        writer.close();
        return message;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void twoAttemptsOfOnePartitionBothCommit(boolean local) throws IOException {
        BatchWrite write = newWrite(local);
        assertThat(write.useCommitCoordinator()).isFalse();
        DataWriterFactory factory = write.createBatchWriterFactory(() -> 2);
        DataWriter<InternalRow> first = written(factory, 0, 10, A);
        DataWriter<InternalRow> twin = written(factory, 0, 11, A);
        WriterCommitMessage other = committed(written(factory, 1, 12, B));
        committed(first);
        write.commit(new WriterCommitMessage[] {committed(twin), other});
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A, B)));
        assertThat(filesBelow(out())).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void abortsInAllForms(boolean local) throws IOException {
        BatchWrite write = newWrite(local);
        write.abort(new WriterCommitMessage[] {null});
        DataWriterFactory factory = write.createBatchWriterFactory(() -> 3);
        DataWriter<InternalRow> running = written(factory, 0, 10, A);
        WriterCommitMessage done = committed(written(factory, 1, 11, B));
        DataWriter<InternalRow> failed = written(factory, 2, 12, B);
        failed.abort();
        failed.abort();
        failed.close();
        failed.close();
        write.abort(new WriterCommitMessage[] {null, done, null});
        write.abort(new WriterCommitMessage[] {null, done, null});
        running.abort();
        running.close();
        assertThat(filesBelow(directory)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAbortKeepsADirectoryThatWasThere(boolean local) throws IOException {
        Files.createDirectories(out());
        BatchWrite write = newWrite(local);
        write.createBatchWriterFactory(() -> 1);
        assertThat(filesBelow(out())).contains("_temporary");
        write.abort(new WriterCommitMessage[0]);
        assertThat(filesBelow(directory)).containsExactly("out");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tasksThatOutliveTheirJobBringNothingBack(boolean local) throws IOException {
        for (boolean success : new boolean[] {false, true}) {
            BatchWrite write = newWrite(local);
            DataWriterFactory factory = write.createBatchWriterFactory(() -> 1);
            DataWriter<InternalRow> begun = written(factory, 0, 10, B);
            if (success) {
                write.commit(new WriterCommitMessage[] {committed(written(factory, 0, 11, A))});
            } else {
                write.abort(new WriterCommitMessage[] {null});
            }
            assertThatThrownBy(begun::commit).isInstanceOf(IOException.class);
            begun.abort();
            begun.close();
            DataWriter<InternalRow> late = factory.createWriter(0, 12);
            assertThatThrownBy(() -> {
                        late.write(row(B));
                        late.commit();
                    })
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("The write this task belongs to has ended: ");
            late.abort();
            late.close();
            assertThat(filesBelow(directory)).hasSize(success ? 2 : 0);
        }
        assertThat(Tensors.contentOf(out())).isEqualTo(Tensors.contentOf(List.of(A)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingWithoutACommitLeavesNoFiles(boolean local) throws IOException {
        BatchWrite write = newWrite(local);
        DataWriterFactory factory = write.createBatchWriterFactory(() -> 1);
        written(factory, 0, 10, A).close();
        assertThat(filesBelow(out())).hasSize(3).anyMatch(name -> name.endsWith("owner.json"));
        write.abort(new WriterCommitMessage[1]);
        assertThat(filesBelow(directory)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMessageOfAnotherKindIsABug(boolean local) {
        BatchWrite write = newWrite(local);
        write.createBatchWriterFactory(() -> 1);
        assertThatThrownBy(() -> write.commit(new WriterCommitMessage[] {null}))
                .isInstanceOf(IllegalStateException.class);
        write.abort(new WriterCommitMessage[1]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void messagesSurviveKryo(boolean whole) throws IOException {
        BatchWrite write = newWrite(true);
        DataWriterFactory factory = write.createBatchWriterFactory(() -> 1);
        DataWriter<InternalRow> writer = factory.createWriter(0, 10);
        if (whole) {
            writer.write(row(A));
        } else {
            writer.write(row(A));
            InternalRow part = row(B);
            part.setLong(4, 19);
            part.update(5, Arrays.copyOf(B.data(), 19 * 4));
            writer.write(part);
        }
        CommitMessage message = (CommitMessage) committed(writer);
        SerializerInstance kryo = new KryoSerializer(spark.sparkContext().getConf()).newInstance();
        ClassTag<Object> tag = ClassTag$.MODULE$.Object();
        CommitMessage copy = (CommitMessage) kryo.<Object>deserialize(kryo.<Object>serialize(message, tag), tag);
        assertThat(copy).usingRecursiveComparison().isEqualTo(message);
        assertThat(copy.files).hasSize(whole ? 1 : 0);
        assertThat(copy.incomplete).hasSize(whole ? 0 : 1);
        write.abort(new WriterCommitMessage[1]);
    }
}
