package io.arrowquant.recipe;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;

/** The layers that quantization usually harms more than it saves, for doors that have no checkpoint to plan. */
public final class SensitiveLayers {
    private SensitiveLayers() {}

    /** Why a layer is better kept, or null; {@code shape} is null when nothing but the name is known. */
    public static String reason(String layer, Shape shape) {
        // Two dimensions are what says nothing against a layer.
        Shape known = shape == null ? Shape.of(1, 1) : shape;
        return new BuiltInKeeps(List.of())
                .reason(
                        new TensorInfo(layer, DataType.F32, known, 0, DataType.F32.byteLength(known.elements())),
                        Layout.PARQUET);
    }
}
