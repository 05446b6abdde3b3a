package io.arrowquant.scheme.integer;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.scheme.SchemeFamily;
import java.util.ArrayList;
import java.util.List;

/** The catalog entries int2, int4 and int8. */
public final class IntegerFamily implements SchemeFamily {
    static final String GROUP_SIZE = "group_size";
    static final String SYMMETRIC = "symmetric";
    static final String STRATEGY = "strategy";

    private static final int DEFAULT_GROUP = 128;
    private static final List<ParameterSpec> PARAMETERS = List.of(
            ParameterSpec.positive(GROUP_SIZE, DEFAULT_GROUP, "elements that share a scale (strategy group)"),
            ParameterSpec.flag(SYMMETRIC, false, "zero in the middle of the codes instead of where the group needs it"),
            ParameterSpec.choice(
                    STRATEGY,
                    List.of("group", "channel", "tensor"),
                    "what shares a scale: a group, a row, the tensor"));

    @Override
    public List<SchemeEntry> entries() {
        List<SchemeEntry> entries = new ArrayList<>();
        for (int bits : new int[] {2, 4, 8}) {
            String name = "int" + bits;
            entries.add(new SchemeEntry(
                    name,
                    "arrowquant",
                    List.of(),
                    PARAMETERS,
                    bits + "-bit integers with a float32 scale and zero point for each group"
                            + (bits == 2 ? "; symmetric has three levels only" : ""),
                    String.valueOf(bits + 64.0 / DEFAULT_GROUP),
                    "quantized_data U8 [ceil(n*" + bits + "/8)], scales F32 [groups], zero_points F32 [groups]",
                    "none; strategy=channel needs at least one dimension",
                    "only when one group is longer than " + IntegerScheme.LONGEST_HELD_GROUP + " elements",
                    parameters -> new IntegerScheme(name, bits, parameters)));
        }
        return entries;
    }
}
