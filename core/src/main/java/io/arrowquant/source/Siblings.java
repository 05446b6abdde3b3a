package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tensors of one component by their names: parts of a weight may lie in different files. */
final class Siblings {
    private static final String REMEDY = "Download the model again, or quantize the original weights";

    private final Map<String, CheckpointTensor> byName = new HashMap<>();

    Siblings(List<CheckpointTensor> tensors) {
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /** The part of a module with this name, or null. */
    CheckpointTensor find(String module, String part) {
        return byName.get(module + '.' + part);
    }

    /** The part that must be beside {@code payload}. */
    CheckpointTensor require(CheckpointTensor payload, String module, String part) {
        CheckpointTensor found = find(module, part);
        if (found == null) {
            throw malformed(payload, "there is no " + module + '.' + part + " that belongs to it");
        }
        return found;
    }

    /** Refuses a part that has another shape, or none of the types. */
    static void requireForm(CheckpointTensor part, Shape shape, DataType... types) {
        boolean known = false;
        for (DataType type : types) {
            known |= part.info().dtype() == type;
        }
        // Vectors are stored with and without a second dimension of one.
        boolean fits = part.info().shape().elements() == shape.elements()
                && (part.info().shape().rank() < 2
                        || shape.rank() < 2
                        || part.info().shape().equals(shape));
        if (!known || !fits) {
            throw malformed(
                    part,
                    "it is " + part.info().dtype() + " " + part.info().shape() + " instead of " + types[0] + " "
                            + shape);
        }
    }

    static MalformedFileException malformed(CheckpointTensor tensor, String problem) {
        return new MalformedFileException(tensor.file(), tensor.info().offset(), tensor.name(), problem, REMEDY);
    }
}
