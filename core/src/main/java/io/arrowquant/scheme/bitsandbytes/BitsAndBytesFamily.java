package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import java.util.List;

/** The catalog entries nf4, fp4, bnb_int8 and llm_int8. */
public final class BitsAndBytesFamily implements SchemeFamily {
    static final String BLOCK = "block";
    static final String NESTED = "nested";

    private static final String FAMILY = "bitsandbytes";
    private static final String BLOCK_MEANING = "elements of the flattened tensor that share a scale";

    @Override
    public List<SchemeEntry> entries() {
        return List.of(
                fourBits(FourBitCodes.NF4, "4-bit codes for normally distributed weights, a scale for each block"),
                fourBits(FourBitCodes.FP4, "4-bit floats, a scale for each block"),
                eightBits(),
                rows());
    }

    private static SchemeEntry fourBits(FourBitCodes type, String summary) {
        String name = type.typeName();
        return new SchemeEntry(
                name,
                FAMILY,
                List.of(),
                List.of(
                        ParameterSpec.choice(
                                BLOCK, List.of("64", "32", "128", "256", "512", "1024", "2048", "4096"), BLOCK_MEANING),
                        ParameterSpec.flag(NESTED, false, "scales are quantized themselves, to 8 bits")),
                summary,
                "4.5",
                "the tensor U8 [ceil(n/2),1], absmax F32 [blocks], quant_map F32 [16], quant_state.bitsandbytes__"
                        + name
                        + " U8; nested: absmax U8 [blocks], nested_absmax F32 [ceil(blocks/256)], nested_quant_map F32"
                        + " [256]",
                "none",
                "with nested=true: the mean of the scales",
                given -> new BlockScheme(
                        name, given, new BlockSettings(type, given.integer(BLOCK), given.flag(NESTED))));
    }

    private static SchemeEntry eightBits() {
        return new SchemeEntry(
                "bnb_int8",
                FAMILY,
                List.of(),
                List.of(ParameterSpec.choice(
                        BLOCK, List.of("256", "64", "128", "512", "1024", "2048", "4096"), BLOCK_MEANING)),
                "the 8-bit dynamic type of bitsandbytes, a scale for each block",
                "8.125",
                "the tensor U8, absmax F32 [blocks], quant_map F32 [256]",
                "none",
                "no",
                given -> new BlockScheme("bnb_int8", given, new BlockSettings(null, given.integer(BLOCK), false)));
    }

    private static SchemeEntry rows() {
        return new SchemeEntry(
                RowScheme.NAME,
                FAMILY,
                List.of(),
                List.of(),
                "8-bit integers of LLM.int8(), a scale for each row; weights become float16 first",
                "8",
                "the tensor I8 [out,in], SCB F32 [out], weight_format U8 []",
                "two dimensions",
                "no",
                RowScheme::new);
    }
}
