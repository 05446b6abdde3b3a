package io.arrowquant.spark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.scheme.NonFinite;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FinishedFileTest {
    private static final PartitionRecord RECORD = new PartitionRecord(
            "job", 1, 0, 3, 0, "1", "host", 2, 6, 12, 9, 1, 2, 3, 7, 100, 0, 0, 0.5, Map.of("w", new byte[] {1, 2}));
    private static final ConvertedFile FILE = new ConvertedFile(
            0,
            "",
            1L << 40,
            -7,
            List.of(
                    new ConvertedTensor(List.of(
                            new ConvertedTensor.Output("w.weight_packed", DataType.I32, Shape.of(2, 1), -1),
                            new ConvertedTensor.Output("w.weight_scale", DataType.BF16, Shape.of(2, 1), 9))),
                    new ConvertedTensor(List.of(new ConvertedTensor.Output("s", DataType.F32, Shape.of(), 0)))));

    @Test
    void whatIsWrittenIsRead() {
        FinishedFile written = new FinishedFile("abc", 1, FILE, RECORD);
        FinishedFile read = FinishedFile.parse(written.toJson());
        assertThat(read).isNotNull();
        assertThat(read.work()).isEqualTo("abc");
        assertThat(read.output()).isEqualTo(1);
        assertThat(read.file()).isEqualTo(FILE);
        assertThat(read.record().toJson()).isEqualTo(RECORD.toJson());
        assertThat(read.record().layers().get("w")).containsExactly(1, 2);
    }

    @Test
    void whatIsNotWholeIsNothing() {
        byte[] whole = new FinishedFile("abc", 0, FILE, RECORD).toJson();
        for (int length = 0; length < whole.length; length += 11) {
            assertThat(FinishedFile.parse(Arrays.copyOf(whole, length)))
                    .as("%d bytes", length)
                    .isNull();
        }
        assertThat(FinishedFile.parse("{\"work\": 1}".getBytes(StandardCharsets.UTF_8)))
                .isNull();
    }

    @Test
    void worksAreToldApartByAllButTheirNumber() {
        String fingerprint = fingerprint(work(0, 7, "w"), "1");
        assertThat(fingerprint(work(5, 7, "w"), "1")).isEqualTo(fingerprint);
        assertThat(fingerprint(work(0, 8, "w"), "1")).isNotEqualTo(fingerprint);
        assertThat(fingerprint(work(0, 7, "v"), "1")).isNotEqualTo(fingerprint);
        assertThat(fingerprint(work(0, 7, "w"), "2")).isNotEqualTo(fingerprint);
    }

    private static String fingerprint(ConvertFile file, String version) {
        return ConvertTask.of(List.of(file), version).fingerprint();
    }

    private static ConvertFile work(int index, long modified, String tensor) {
        TensorInfo info = new TensorInfo(tensor, DataType.F32, Shape.of(2, 3), 100, 24);
        return new ConvertFile(
                0,
                index,
                List.of(new SourceFile("/m/a.safetensors", "a.safetensors", 124, modified)),
                List.of(new ConvertTensor(0, info, tensor, null, null, null)),
                NonFinite.ERROR,
                true);
    }
}
