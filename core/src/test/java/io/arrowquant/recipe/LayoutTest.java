package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.SchemeCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LayoutTest {
    @ParameterizedTest
    @EnumSource(Layout.class)
    void aLayoutIsFoundByItsSpelling(Layout layout) {
        assertThat(Layout.of(layout.spelling())).isEqualTo(layout);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "nf4; BITSANDBYTES",
                "llm_int8; BITSANDBYTES",
                "gptq_int4; GPTQ",
                "awq; AWQ",
                "FP8_BLOCK_INV; FP8",
                "FP8; COMPRESSED_TENSORS",
                // A type of ggml in the catalog, but those who ask for it mean what runtimes load.
                "MXFP4; COMPRESSED_TENSORS",
                "mxfp8; COMPRESSED_TENSORS",
                "NVFP4_GGML; GGUF",
                "int8; PARQUET",
                "hqq_int4; PARQUET"
            })
    void everySchemeHasAUsualLayout(String scheme, Layout layout) {
        assertThat(Layout.ofScheme(scheme)).isEqualTo(layout);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "COMPRESSED_TENSORS; mxfp4; MXFP4A4",
                "COMPRESSED_TENSORS; NVFP4; NVFP4",
                "GGUF; MXFP4; MXFP4",
                "GGUF; NVFP4; NVFP4_GGML",
                "BITSANDBYTES; INT8; llm_int8",
                "PARQUET; int8(group_size=64); int8(group_size=64)",
                "FP8; fp8_block; FP8_BLOCK_INV",
                "FP8; FP8 (); FP8_BLOCK_INV ()",
                "FP8; FP8_BLOCK_INV; FP8_BLOCK_INV",
                "GPTQ; gptq(group_size=64); gptq(group_size=64)"
            })
    void aNameMeansWhatItDoesInTheLayout(Layout layout, String scheme, String meant) {
        assertThat(layout.resolve(scheme)).isEqualTo(meant);
    }

    @Test
    void aSchemeOfTheFamilyFits() {
        assertThatCode(() -> Layout.FP8.require(SchemeCatalog.parse("FP8_BLOCK_INV")))
                .doesNotThrowAnyException();
        assertThatCode(() -> Layout.GGUF.require(SchemeCatalog.parse("MXFP4"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "GPTQ; W4A16(group_size=64); Use --layout compressed-tensors, or a scheme of the family gptq",
                "COMPRESSED_TENSORS; nf4; Use --layout bitsandbytes, or a scheme of the family compressed-tensors",
                "GGUF; int4; Use --layout parquet, or a scheme of the family ggml",
                "BITSANDBYTES; bnb_int8; Use llm_int8",
                "PARQUET; hqq_int4; No layout of files holds it"
            })
    void aSchemeOfAnotherFamilyIsToldItsLayout(Layout layout, String scheme, String remedy) {
        assertThatThrownBy(() -> layout.require(SchemeCatalog.parse(scheme)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("does not fit the layout " + layout.spelling())
                .hasMessageContaining(remedy);
    }
}
