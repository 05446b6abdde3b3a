package io.arrowquant.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorsTest {
    @Test
    void aMalformedFileIsNamedWithPlaceAndTensor() {
        MalformedFileException error =
                new MalformedFileException("m/a.gguf", 17, "blk\n0", "bad offset", "Download the file again");
        assertThat(error)
                .hasMessage("Malformed file m/a.gguf at byte 17, tensor 'blk\\u000a0': bad offset."
                        + " Download the file again");
        assertThat(error.file()).isEqualTo("m/a.gguf");
        assertThat(error.offset()).isEqualTo(17);
        assertThat(error.tensor()).isEqualTo("blk\n0");
        assertThat(error.remedy()).isEqualTo("Download the file again");
    }

    @Test
    void aFileAsAWholeOrAByteOfIt() {
        MalformedFileException whole = MalformedFileException.ofFile("a", "it is empty", "");
        assertThat(whole).hasMessage("Malformed file a: it is empty");
        assertThat(whole.offset()).isEqualTo(MalformedFileException.NO_OFFSET);
        assertThat(whole.tensor()).isNull();
        assertThat(MalformedFileException.at("a", 0, "wrong magic", ""))
                .hasMessage("Malformed file a at byte 0: wrong magic");
        RuntimeException cause = new RuntimeException();
        assertThat(new MalformedFileException("a", 1, null, "bad", "", cause)).hasCause(cause);
    }

    @Test
    void requestsSayWhatToDo() {
        assertThat(new InvalidRequestException("No columns")).hasMessage("No columns");
        assertThat(new InvalidRequestException("No columns", "Name one").remedy())
                .isEqualTo("Name one");
        assertThat(new InvalidRequestException("No columns", "Name one").problem())
                .isEqualTo("No columns");
        assertThat(new InvalidRequestException("No columns").problem()).isEqualTo("No columns");
        assertThat(InvalidRequestException.unknown("option", "gruop_size", List.of("scheme", "group_size")))
                .hasMessage("Unknown option 'gruop_size'. Did you mean 'group_size'? Known: scheme, group_size");
        assertThat(InvalidRequestException.unknown("option", "x\u202ey", List.of("scheme")))
                .hasMessage("Unknown option 'x\\u202ey'. Known: scheme");
    }

    @Test
    void resources() {
        RuntimeException cause = new RuntimeException();
        assertThat(new ResourceException("Disk full", "Free some")).hasMessage("Disk full. Free some");
        assertThat(new ResourceException("Disk full", "Free some", cause)).hasCause(cause);
    }

    @Test
    void numbers() {
        assertThat(new QuantizationException("l", QuantizationException.NO_INDEX, "has no rows", ""))
                .hasMessage("Layer 'l' has no rows");
        QuantizationException error = QuantizationException.nonFinite(null, 5, Float.NEGATIVE_INFINITY);
        assertThat(error).hasMessageStartingWith("The array contains -Infinity at index 5. Use on_non_finite=clamp");
        assertThat(error.layer()).isNull();
        assertThat(error.index()).isEqualTo(5);
    }

    @Test
    void nearestNames() {
        List<String> known = List.of("int2", "int4", "int8", "group_size", "on_non_finite");
        assertThat(NearestName.of("INT4", known)).isEqualTo("int4");
        assertThat(NearestName.of("in4", known)).isEqualTo("int4");
        assertThat(NearestName.of("int_4", known)).isEqualTo("int4");
        assertThat(NearestName.of("int16", known)).isEqualTo("int2");
        assertThat(NearestName.of("groupsize", known)).isEqualTo("group_size");
        assertThat(NearestName.of("on_nonfinite_", known)).isEqualTo("on_non_finite");
        assertThat(NearestName.of("banana", known)).isNull();
        assertThat(NearestName.of(null, known)).isNull();
        assertThat(NearestName.of("x".repeat(65), known)).isNull();
        assertThat(NearestName.of("int4", List.of())).isNull();
    }

    @Test
    void textFromFilesIsShownHarmlessly() {
        assertThat(Printable.text("model.layers.0.weight")).isEqualTo("model.layers.0.weight");
        assertThat(Printable.text(null)).isEqualTo("null");
        assertThat(Printable.text("\u001b[31mred\u0000\u0085")).isEqualTo("\\u001b[31mred\\u0000\\u0085");
        assertThat(Printable.text("a\u2028b\u2029c\u2066d\u2069")).isEqualTo("a\\u2028b\\u2029c\\u2066d\\u2069");
        assertThat(Printable.text("größe 重み")).isEqualTo("größe 重み");
        assertThat(Printable.text("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(Printable.text("x".repeat(10_000))).isEqualTo("x".repeat(200) + "... (10000 characters)");
    }
}
