package io.arrowquant.arrow;

import io.arrowquant.scheme.PartSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a layer has beside its data, where its scheme makes more than scales and zero points. */
record ExtraParts(List<byte[]> names, List<byte[]> values) {
    /** The parts of a layer, or null when it has none. */
    static ExtraParts of(LayerPlan plan) {
        if (!ResultSchema.hasParts(plan)) {
            return null;
        }
        List<byte[]> names = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        List<PartSpec> specs = plan.specs();
        for (int part = 1; part < specs.size() && !plan.hasScaleColumns(); part++) {
            names.add(utf8(specs.get(part).suffix()));
            values.add(plan.extraParts[part]);
        }
        if (plan.dependsOnSource()) {
            names.add(utf8(ResultSchema.DTYPE_PART));
            values.add(utf8(plan.layer.type().name()));
        }
        return new ExtraParts(names, values);
    }

    /** How many a layer has. */
    static int count(LayerPlan plan) {
        ExtraParts parts = of(plan);
        return parts == null ? 0 : parts.names().size();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
