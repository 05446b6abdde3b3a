package io.arrowquant.scheme.packed;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import java.util.List;

/** The catalog entries gptq_int4, gptq_int8 and awq_int4. */
public final class PackedFamily implements SchemeFamily {
    static final String GROUP_SIZE = "group_size";
    static final String SYMMETRIC = "symmetric";

    static final int LARGEST_GROUP = 1 << 20;

    private static final int DEFAULT_GROUP = 128;

    @Override
    public List<SchemeEntry> entries() {
        return List.of(
                entry(Layout.GPTQ, 4, true, "gptq", "GPTQ4"),
                entry(Layout.GPTQ, 8, true, "GPTQ8"),
                entry(Layout.AWQ, 4, false, "awq", "AWQ4"));
    }

    private static SchemeEntry entry(Layout layout, int bits, boolean symmetric, String... aliases) {
        boolean gptq = layout == Layout.GPTQ;
        String name = (gptq ? "gptq_int" : "awq_int") + bits;
        int perWord = Integer.SIZE / bits;
        String codes = gptq ? "qweight I32 [in/" + perWord + ",out]" : "qweight I32 [in,out/" + perWord + "]";
        return new SchemeEntry(
                name,
                gptq ? "gptq" : "awq",
                List.of(aliases),
                List.of(
                        ParameterSpec.positive(
                                GROUP_SIZE,
                                DEFAULT_GROUP,
                                "elements of a row that share a scale; a multiple of " + perWord + " up to "
                                        + LARGEST_GROUP),
                        ParameterSpec.flag(
                                SYMMETRIC, symmetric, "zero in the middle of the codes instead of where it falls")),
                bits + "-bit integers, rounded to nearest, in the layout of "
                        + (gptq ? "GPTQ (version 1)" : "AWQ gemm"),
                String.valueOf(bits + (16.0 + bits) / DEFAULT_GROUP),
                codes + ", qzeros I32 [in/group_size,out/" + perWord + "], scales F16 [in/group_size,out]"
                        + (gptq ? ", g_idx I32 [in]" : ""),
                "two dimensions; rows are multiples of group_size, their number one of " + perWord,
                "no, but the tensor must come whole: its packed output is held",
                given -> new PackedScheme(
                        name, given, new Settings(layout, bits, given.integer(GROUP_SIZE), given.flag(SYMMETRIC))));
    }
}
