package io.arrowquant.spark.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.jdk.javaapi.CollectionConverters;

/** What DESCRIBE FUNCTION EXTENDED shows is true. */
class FunctionDocumentationIT extends FunctionTestBase {
    private static final String PROMPT = "> ";

    @ParameterizedTest
    @ValueSource(strings = {"quantize", "dequantize", "tensor_stats", "quantization_error"})
    void examplesGiveWhatTheyShow(String function) {
        StringBuilder description = new StringBuilder();
        for (Row row : rows("DESCRIBE FUNCTION EXTENDED " + function)) {
            description.append(row.getString(0)).append('\n');
        }
        assertThat(description.toString()).contains("Usage: " + function + "(", "Arguments:", "Note:", "Since: 0.1.0");
        List<String> lines = description.toString().lines().map(String::strip).toList();
        int examples = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(PROMPT)) {
                String query = lines.get(i).substring(PROMPT.length()).replace(";", "");
                List<String> shown = new ArrayList<>();
                for (int j = i + 1; !lines.get(j).isEmpty() && !lines.get(j).startsWith(PROMPT); j++) {
                    shown.add(lines.get(j));
                }
                assertThat(output(query)).as(query).isEqualTo(shown);
                examples++;
            }
        }
        assertThat(examples).isGreaterThanOrEqualTo(2);
    }

    /** The result in the form of Spark's documentation. */
    private static List<String> output(String query) {
        List<String> lines = new ArrayList<>();
        for (Row row : rows(query)) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                Object cell = row.get(i);
                cells.add(
                        cell instanceof scala.collection.Seq<?> items
                                ? "[" + String.join(",", texts(items)) + "]"
                                : String.valueOf(cell));
            }
            lines.add(String.join("\t", cells));
        }
        return lines;
    }

    private static List<String> texts(scala.collection.Seq<?> items) {
        List<String> texts = new ArrayList<>();
        CollectionConverters.asJava(items).forEach(item -> texts.add(String.valueOf(item)));
        return texts;
    }
}
