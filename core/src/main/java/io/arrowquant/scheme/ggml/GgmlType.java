package io.arrowquant.scheme.ggml;

import io.arrowquant.kernel.KernelProvider;
import io.arrowquant.tensor.DataType;
import java.util.Locale;

/** The types of ggml we write. Each constant is named as the catalog names the scheme. */
enum GgmlType {
    F16(1, 2, 16, Importance.IGNORED, "half precision; what does not fit becomes infinite"),
    BF16(1, 2, 16, Importance.IGNORED, "bfloat16"),
    Q8_0(32, 34, 8, Importance.IGNORED, "8-bit codes with a scale for each 32"),
    Q4_0(32, 18, 4, Importance.ROW, "4-bit codes with a scale for each 32"),
    Q4_1(32, 20, 4, Importance.ROW, "4-bit codes with a scale and a minimum for each 32"),
    Q5_0(32, 22, 5, Importance.ROW, "5-bit codes with a scale for each 32"),
    Q5_1(32, 24, 5, Importance.ROW, "5-bit codes with a scale and a minimum for each 32"),
    Q2_K(256, 84, 2, Importance.BLOCK, "2-bit codes with 4-bit scales and minimums for each 16"),
    Q3_K(256, 110, 3, Importance.BLOCK, "3-bit codes with 6-bit scales for each 16"),
    Q4_K(256, 144, 4, Importance.BLOCK, "4-bit codes with 6-bit scales and minimums for each 32"),
    Q5_K(256, 176, 5, Importance.BLOCK, "5-bit codes with 6-bit scales and minimums for each 32"),
    Q6_K(256, Q6KCodec.BYTES, 6, Importance.BLOCK, "6-bit codes with 8-bit scales for each 16"),
    IQ4_NL(32, 18, 4, Importance.BLOCK, "4-bit codes into a fixed table, with a scale for each 32"),
    IQ4_XS(256, 136, 4, Importance.BLOCK, "as IQ4_NL, with 6-bit scales for each 32"),
    TQ1_0(256, 54, 2, Importance.IGNORED, "ternary digits, five in a byte; for ternary models only"),
    TQ2_0(256, 66, 2, Importance.IGNORED, "ternary digits, four in a byte; for ternary models only"),
    MXFP4(32, 17, 4, Importance.IGNORED, "4-bit floats with a power of two for each 32"),
    // NVFP4 without more is the scheme of compressed-tensors.
    NVFP4_GGML(64, 36, 4, Importance.IGNORED, "4-bit floats with an 8-bit scale for each 16");

    /** What a type does with an importance matrix. */
    enum Importance {
        IGNORED,
        /** Weighs errors, block by block. */
        BLOCK,
        /** Weighs errors with a statistic of the whole row. */
        ROW
    }

    private final int blockElements;
    private final int blockBytes;
    private final int bitWidth;
    private final Importance importance;
    private final String summary;

    GgmlType(int blockElements, int blockBytes, int bitWidth, Importance importance, String summary) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
        this.bitWidth = bitWidth;
        this.importance = importance;
        this.summary = summary;
    }

    int blockElements() {
        return blockElements;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Bits of a code. */
    int bitWidth() {
        return bitWidth;
    }

    Importance importance() {
        return importance;
    }

    /** A codec of this type, for one thread. */
    BlockCodec newCodec(KernelProvider provider) {
        return switch (this) {
            case F16 -> new FloatCodec(DataType.F16, provider);
            case BF16 -> new FloatCodec(DataType.BF16, provider);
            case Q8_0 -> new Q80Codec(provider.blockPasses());
            case Q4_0 -> new Q40Codec(provider.blockPasses());
            case Q4_1 -> new Q41Codec(provider.blockPasses());
            case Q5_0 -> new Q50Codec(provider.blockPasses());
            case Q5_1 -> new Q51Codec(provider.blockPasses());
            case Q2_K -> new Q2KCodec(provider.blocks());
            case Q3_K -> new Q3KCodec(provider.blocks());
            case Q4_K -> new Q4KCodec(provider.blocks());
            case Q5_K -> new Q5KCodec(provider.blocks());
            case Q6_K -> new Q6KCodec(provider.blocks());
            case IQ4_NL -> new Iq4NlCodec(provider.blocks());
            case IQ4_XS -> new Iq4XsCodec(provider.blocks());
            case TQ1_0 -> new Tq10Codec();
            case TQ2_0 -> new Tq20Codec();
            case MXFP4 -> new Mxfp4Codec(provider.blockPasses());
            case NVFP4_GGML -> new Nvfp4Codec(provider.blockPasses());
        };
    }

    String summary() {
        return summary;
    }

    /** The type of the part: bytes, except for the two types that safetensors has too. */
    DataType partType() {
        return switch (this) {
            case F16 -> DataType.F16;
            case BF16 -> DataType.BF16;
            default -> DataType.U8;
        };
    }

    String partSuffix() {
        return this == NVFP4_GGML ? "ggml_nvfp4" : "ggml_" + name().toLowerCase(Locale.ROOT);
    }

    /** What an infinity becomes when it is clamped and its block has no finite value: it is a block of its own. */
    float largestFinite() {
        return switch (this) {
            case F16 -> 65504f;
            case BF16 -> 0x1.fep127f;
            default -> 0f;
        };
    }
}
