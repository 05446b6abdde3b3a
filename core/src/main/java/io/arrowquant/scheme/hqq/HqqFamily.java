package io.arrowquant.scheme.hqq;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import java.util.List;

/** The catalog entries hqq_int4 and hqq_int8. */
public final class HqqFamily implements SchemeFamily {
    static final String GROUP_SIZE = "group_size";

    private static final int DEFAULT_GROUP = 64;

    @Override
    public List<SchemeEntry> entries() {
        return List.of(entry(4), entry(8));
    }

    private static SchemeEntry entry(int bits) {
        String name = "hqq_int" + bits;
        boolean halves = bits == 4;
        return new SchemeEntry(
                name,
                "hqq",
                List.of(),
                List.of(ParameterSpec.positive(
                        GROUP_SIZE, DEFAULT_GROUP, "elements of the flattened tensor that share a scale")),
                bits + "-bit integers with a zero point that is no whole number, as HQQ without its optimizer (axis 1)",
                String.valueOf(bits + 64.0 / DEFAULT_GROUP),
                "W_q U8 [" + (halves ? "groups/2" : "groups")
                        + ",group_size], scale F32 [groups,1], zero F32 [groups,1]",
                halves ? "an even number of whole groups" : "whole groups",
                halves ? "no, but the tensor must come whole: its packed output is held" : "no",
                given -> new HqqScheme(name, given, bits));
    }
}
