package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.List;

/**
 * 8-bit floats: {@code X.weight} with a scale for each block of 128 by 128, {@code X.weight_scale_inv}, or one for each row
 * or the tensor, {@code X.weight_scale}.
 */
final class Float8Finder implements Finder {
    static final String SCALE = "weight_scale_inv";

    private static final long BLOCK_SIDE = 128;
    private static final DataType[] SCALE_TYPES = {DataType.F32, DataType.BF16, DataType.F16, DataType.F8_E8M0};

    private final Siblings siblings;
    private final DataType dtype;

    Float8Finder(Siblings siblings, DataType dtype) {
        this.siblings = siblings;
        this.dtype = dtype;
    }

    @Override
    public QuantizedTensor find(CheckpointTensor tensor) {
        String module = Finder.moduleOf(tensor.name(), ".weight");
        if (module == null || tensor.info().dtype() != DataType.F8_E4M3) {
            return null;
        }
        Shape shape = tensor.info().shape();
        if (shape.rank() != 2) {
            throw Siblings.malformed(tensor, "it has " + shape.rank() + " dimensions instead of 2");
        }
        CheckpointTensor plain = siblings.find(module, "weight_scale");
        if (plain != null && siblings.find(module, SCALE) == null) {
            boolean one = plain.info().elements() == 1;
            Siblings.requireForm(plain, one ? Shape.of(1) : Shape.of(shape.rows(), 1), SCALE_TYPES);
            return decodedBy(one ? "FP8" : "FP8_DYNAMIC", tensor, plain);
        }
        CheckpointTensor scales = siblings.require(tensor, module, SCALE);
        Shape blocks =
                Shape.of((shape.rows() + BLOCK_SIDE - 1) / BLOCK_SIDE, (shape.columns() + BLOCK_SIDE - 1) / BLOCK_SIDE);
        Siblings.requireForm(scales, blocks, SCALE_TYPES);
        return decodedBy("FP8_BLOCK_INV", tensor, scales);
    }

    private QuantizedTensor decodedBy(String scheme, CheckpointTensor tensor, CheckpointTensor scales) {
        SchemeDecoding decoding = new SchemeDecoding(SchemeCatalog.parse(scheme), DataType.F32, List.of(0, 1));
        return new QuantizedTensor(tensor.name(), dtype, tensor.info().shape(), List.of(tensor, scales), decoding);
    }

    @Override
    public boolean isAside(String name) {
        return name.endsWith(".input_scale") || name.endsWith(".activation_scale");
    }
}
