package io.arrowquant.spark.function;

import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import io.arrowquant.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/** Schemes from what the struct says of them: the label, which leaves the group size out, and the group size. */
final class LabelledSchemes {
    private static final int MOST_REMEMBERED = 64;
    private static final String GROUP_SIZE = QuantizedStruct.GROUP_SIZE;

    private record Key(String label, int groupSize) {}

    private final Map<Key, Scheme> remembered = new HashMap<>();

    /** The scheme of a row; the shape may be unknown (null), and a group size of zero says nothing. */
    Scheme find(String label, int groupSize, Shape shape) {
        Scheme plain = find(new Key(label, 0));
        boolean groupSizeIsImplied = groupSize == 0 || (shape != null && plain.groupSize(shape) == groupSize);
        return groupSizeIsImplied ? plain : find(new Key(label, groupSize));
    }

    private Scheme find(Key key) {
        Scheme scheme = remembered.get(key);
        if (scheme == null) {
            SchemeSpec spec = SchemeSpec.parse(key.label());
            if (key.groupSize() != 0) {
                spec = spec.with(Map.of(GROUP_SIZE, Integer.toString(key.groupSize())));
            }
            scheme = SchemeCatalog.of(spec);
            if (remembered.size() >= MOST_REMEMBERED) {
                remembered.clear();
            }
            remembered.put(key, scheme);
        }
        return scheme;
    }
}
