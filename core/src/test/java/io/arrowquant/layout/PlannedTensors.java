package io.arrowquant.layout;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;

/** Tensors of plans, without a checkpoint. */
final class PlannedTensors {
    private PlannedTensors() {}

    static CheckpointTensor source(String file, String name, DataType dtype, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        return new CheckpointTensor(file, new TensorInfo(name, dtype, shape, 0, dtype.byteLength(shape.elements())));
    }

    static PlannedTensor kept(String name, long... dimensions) {
        return new PlannedTensor(source("model.safetensors", name, DataType.BF16, dimensions), null, "a test keeps it");
    }

    /** The weight of a module that is a matrix of 64 by 256. */
    static PlannedTensor linear(String module, String scheme) {
        CheckpointTensor source = source("model.safetensors", module + ".weight", DataType.BF16, 64, 256);
        return new PlannedTensor(source, SchemeCatalog.parse(scheme), null);
    }

    static PlannedTensor keptLinear(String module) {
        return kept(module + ".weight", 64, 256);
    }

    /** A tensor of a file with so many bytes, and as many afterwards. */
    static PlannedTensor keptBytes(String file, String name, long bytes) {
        return new PlannedTensor(source(file, name, DataType.U8, bytes), null, "a test keeps it");
    }
}
