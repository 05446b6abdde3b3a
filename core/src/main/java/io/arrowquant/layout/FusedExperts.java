package io.arrowquant.layout;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Experts that lie in one tensor of three dimensions, seen as the matrices that runtimes of quantized models expect: one
 * for each expert, gate and up apart. Nothing is copied: each is a range of rows of the fused tensor.
 */
public final class FusedExperts {
    private static final Pattern FUSED = Pattern.compile("(.*)(gate_up_proj|down_proj)(?:\\.weight)?", Pattern.DOTALL);
    private static final String WEIGHT = ".weight";

    /** Architectures whose fused experts are stored the other way round, so that an expert's rows do not lie together. */
    private static final Set<String> TRANSPOSED = Set.of("gpt_oss", "llama4", "llama4_text");

    private FusedExperts() {}

    /**
     * The tensors with fused experts taken apart, but for those of architectures that store them turned: what comes out of
     * these no runtime expects.
     */
    public static List<CheckpointTensor> split(List<CheckpointTensor> tensors, ModelTypes types) {
        return types.anyOf(TRANSPOSED) ? tensors : splitAll(tensors);
    }

    /** As llm-compressor does it: it knows no architectures, and takes whatever has such a name for rows of experts. */
    public static List<CheckpointTensor> splitAll(List<CheckpointTensor> tensors) {
        List<CheckpointTensor> split = new ArrayList<>(tensors.size());
        for (CheckpointTensor tensor : tensors) {
            Shape shape = tensor.info().shape();
            boolean matrices = shape.rank() == 3 && tensor.info().dtype().isFloatingPoint() && shape.elements() > 0;
            Matcher fused = FUSED.matcher(tensor.name());
            if (!matrices || !fused.matches()) {
                split.add(tensor);
            } else if (fused.group(2).equals("down_proj")) {
                add(split, tensor, fused.group(1), "down_proj");
            } else if (shape.dimension(1) % 2 == 0) {
                add(split, tensor, fused.group(1), "gate_proj", "up_proj");
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
