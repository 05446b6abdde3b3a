package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.QuantizationException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.metrics.PartitionRecord;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QualityTest {
    /** Two values and what became of them. */
    private static byte[] errors(float first, float second) {
        ErrorStatistics errors = new ErrorStatistics();
        errors.add(new float[] {3, 4}, 0, new float[] {first, second}, 0, 2, 0);
        return errors.toBytes();
    }

    private static PartitionRecord record(Map<String, byte[]> layers) {
        return new PartitionRecord("q", 0, 0, 0, 0, "1", "host", 1, 2, 4, 2, 0, 0, 0, 0, 0, 0, 0, 1, layers);
    }

    @Test
    void piecesOfALayerAreOneAndOutputsAreApart() {
        String other = ConvertFile.measuredPrefix(1) + "a";
        List<PartitionRecord> records = List.of(
                record(Map.of("a", errors(3, 4), other, errors(4, 3))),
                record(Map.of("a", errors(0, 4), "b", errors(3, 4))));

        Quality first = Quality.of(records);
        assertThat(first.of("a").count()).isEqualTo(4);
        assertThat(first.of("a").mse()).isEqualTo(9.0 / 4);
        assertThat(first.of("b").cosine()).isEqualTo(1);
        assertThat(first.worstCosine()).isEqualTo(first.of("a").cosine());

        Quality second = Quality.of(records, 1);
        assertThat(second.of("a").cosine()).isEqualTo(24.0 / 25);
        assertThat(second.of("b")).isNull();
        assertThat(Quality.of(List.of()).worstCosine()).isNull();
    }

    @Test
    void theWorstLayerIsNamedTheFirstOfSeveral() {
        Quality quality = Quality.of(List.of(record(
                Map.of("good", errors(3, 4), "bad.2", errors(4, 3), "bad.1", errors(4, 3), "fair", errors(3.5f, 4)))));

        quality.requireCosine(24.0 / 25);
        assertThatThrownBy(() -> quality.requireCosine(0.999))
                .isInstanceOf(QuantizationException.class)
                .hasMessageContaining("'bad.1'")
                .hasMessageContaining(
                        "has cosine 0.960000, below the minimum of 0.999; 3 of 4 layers are below, nothing was published")
                .hasMessageContaining("--layer 'bad.1=SCHEME'");
    }
}
