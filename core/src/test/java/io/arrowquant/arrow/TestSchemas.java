package io.arrowquant.arrow;

import org.apache.arrow.vector.types.pojo.Schema;

/** The schemas of results, for tests in other packages. */
public final class TestSchemas {
    private TestSchemas() {}

    public static Schema result(boolean large, boolean withParts) {
        return ResultSchema.of(large, withParts);
    }

    public static Schema weights() {
        return ResultSchema.ofWeights();
    }
}
