package io.arrowquant.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorMessagesTest {
    private static final List<String> SCHEMES = List.of("int4", "int8", "nf4", "FP8_BLOCK");

    @Test
    void malformedFileNamesFileOffsetAndTensor() {
        IOException cause = new IOException("short");
        MalformedFileException error =
                new MalformedFileException("a.safetensors", 8, "w", "overlaps", "Download it again", cause);

        assertThat(error).hasMessage("Malformed file a.safetensors at byte 8, tensor 'w': overlaps. Download it again");
        assertThat(error).hasCause(cause);
        assertThat(error.file()).isEqualTo("a.safetensors");
        assertThat(error.offset()).isEqualTo(8);
        assertThat(error.tensor()).isEqualTo("w");
        assertThat(error.remedy()).isEqualTo("Download it again");
    }

    @Test
    void malformedFileLeavesOutWhatItDoesNotKnow() {
        MalformedFileException whole = MalformedFileException.ofFile("m.gguf", "is empty", "");
        assertThat(whole).hasMessage("Malformed file m.gguf: is empty");
        assertThat(whole.offset()).isEqualTo(MalformedFileException.NO_OFFSET);
        assertThat(whole.tensor()).isNull();

        assertThat(MalformedFileException.at("m.gguf", 4, "bad version", ""))
                .hasMessage("Malformed file m.gguf at byte 4: bad version");
    }

    @ParameterizedTest
    @CsvSource({"itn4, int4", "fp8_blok, FP8_BLOCK", "NF4, nf4"})
    void unknownNameSuggestsTheNearest(String given, String meant) {
        assertThat(InvalidRequestException.unknown("scheme", given, SCHEMES))
                .hasMessage("Unknown scheme '" + given + "'. Did you mean '" + meant
                        + "'? Known: int4, int8, nf4, FP8_BLOCK");
    }

    @Test
    void unknownNameFarFromAllSuggestsNone() {
        assertThat(InvalidRequestException.unknown("scheme", "x".repeat(65), SCHEMES))
                .hasMessageNotContaining("Did you mean");
        assertThat(InvalidRequestException.unknown("scheme", "something", SCHEMES))
                .hasMessage("Unknown scheme 'something'. Known: int4, int8, nf4, FP8_BLOCK");
        assertThat(InvalidRequestException.unknown("scheme", null, SCHEMES))
                .hasMessageStartingWith("Unknown scheme 'null'");
    }

    @Test
    void requestAndResourceErrorsSayWhatToDo() {
        assertThat(new InvalidRequestException("No input")).hasMessage("No input");
        assertThat(new InvalidRequestException("No input", "Give --input")).hasMessage("No input. Give --input");
        IOException cause = new IOException("disk");
        assertThat(new InvalidRequestException("Bad", "Fix", cause)).hasCause(cause);
        assertThat(new ResourceException("Disk full", "Free some")).hasMessage("Disk full. Free some");
        assertThat(new ResourceException("Disk full", "", cause))
                .hasMessage("Disk full")
                .hasCause(cause);
    }

    @ParameterizedTest
    @CsvSource({"NaN, NaN", "Infinity, Infinity", "-Infinity, -Infinity"})
    void nonFiniteValueNamesLayerAndIndex(float value, String shown) {
        QuantizationException error = QuantizationException.nonFinite("model.w", 7, value);

        assertThat(error)
                .hasMessageStartingWith("Layer 'model.w' contains " + shown + " at index 7. Use on_non_finite");
        assertThat(error.layer()).isEqualTo("model.w");
        assertThat(error.index()).isEqualTo(7);
        assertThat(error.reason()).isEqualTo("contains " + shown);
    }

    @Test
    void quantizationErrorWithoutLayerOrIndex() {
        assertThat(new QuantizationException(null, QuantizationException.NO_INDEX, "is empty", ""))
                .hasMessage("The array is empty");
    }

    @Test
    void textFromFilesIsShownHarmlessly() {
        assertThat(Printable.text("a\nb\u001b[0m")).isEqualTo("a\\u000ab\\u001b[0m");
        assertThat(Printable.text("\u202egpj.exe\u2066\u2028\u2029")).isEqualTo("\\u202egpj.exe\\u2066\\u2028\\u2029");
        assertThat(Printable.text("größe")).isEqualTo("größe");
        assertThat(Printable.text("x".repeat(300))).isEqualTo("x".repeat(200) + "... (300 characters)");
        assertThat(Printable.text("x".repeat(200))).hasSize(200);
        assertThat(Printable.text(null)).isEqualTo("null");
    }
}
