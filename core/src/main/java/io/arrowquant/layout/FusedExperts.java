package io.arrowquant.layout;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Experts that lie in one tensor of three dimensions, seen as the matrices that runtimes of quantized models expect: one
 * for each expert, gate and up apart. Nothing is copied: each is a range of rows of the fused tensor.
 */
public final class FusedExperts {
    private static final String GATE_UP = ".experts.gate_up_proj";
    private static final String DOWN = ".experts.down_proj";
    private static final String WEIGHT = ".weight";

    /** Architectures whose fused experts are stored the other way round, so that an expert's rows do not lie together. */
    private static final Set<String> TRANSPOSED = Set.of("gpt_oss", "llama4", "llama4_text");

    private FusedExperts() {}

    /** The tensors with fused experts taken apart; {@code modelType} may be null. */
    public static List<CheckpointTensor> split(List<CheckpointTensor> tensors, String modelType) {
        if (modelType != null && TRANSPOSED.contains(modelType)) {
            return tensors;
        }
        List<CheckpointTensor> split = new ArrayList<>(tensors.size());
        for (CheckpointTensor tensor : tensors) {
            String name = tensor.name();
            Shape shape = tensor.info().shape();
            boolean matrices = shape.rank() == 3 && tensor.info().dtype().isFloatingPoint() && shape.elements() > 0;
            if (matrices && name.endsWith(GATE_UP) && shape.dimension(1) % 2 == 0) {
                add(split, tensor, name.substring(0, name.length() - "gate_up_proj".length()), "gate_proj", "up_proj");
            } else if (matrices && name.endsWith(DOWN)) {
                add(split, tensor, name.substring(0, name.length() - "down_proj".length()), "down_proj");
            } else {
                split.add(tensor);
            }
        }
        return split;
    }

    private static void add(List<CheckpointTensor> split, CheckpointTensor fused, String prefix, String... modules) {
        TensorInfo info = fused.info();
        long rows = info.shape().dimension(1) / modules.length;
        Shape shape = Shape.of(rows, info.shape().dimension(2));
        long bytes = info.dtype().byteLength(shape.elements());
        long offset = info.offset();
        for (long expert = 0; expert < info.shape().dimension(0); expert++) {
            for (String module : modules) {
                String name = prefix + expert + '.' + module + WEIGHT;
                split.add(new CheckpointTensor(fused.file(), new TensorInfo(name, info.dtype(), shape, offset, bytes)));
                offset += bytes;
            }
        }
    }
}
