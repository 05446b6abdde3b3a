package io.arrowquant.spark.job;

import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.spark.compat.ClusterWork;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.read.OpenFiles;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** Compares the tensors of two models: tasks read the same range of both, a few hundred kilobytes at a time. */
final class ModelComparison {
    /** Elements of a piece at most; statistics of pieces that begin at multiples of their blocks add up to the same sums. */
    private static final long PIECE_ELEMENTS = 64L << 20;

    /** Elements read at a time. */
    private static final int STEP_ELEMENTS = 128 << 10;

    /** Elements of a tensor from {@code start} on. */
    private record Piece(TensorKey key, long start, long count) implements Serializable {}

    private final SparkContext context;
    private final Configuration configuration;

    ModelComparison(SparkContext context, Configuration configuration) {
        this.context = context;
        this.configuration = configuration;
    }

    /** {@code common} are tensors that both have, of the same shape; those of {@code a} count as the originals. */
    List<LayerErrors> measure(CompareSide a, CompareSide b, Map<TensorKey, CompareSide.Tensor> common) {
        List<List<Piece>> shares =
                Shares.of(pieces(common), Piece::count, Parallelism.of(context).tasks() * Shares.TASKS_EACH);
        if (shares.isEmpty()) {
            return List.of();
        }
        ComparedModel originals = ComparedModel.of(a, common.keySet());
        ComparedModel others = ComparedModel.of(b, common.keySet());
        SerializableConfiguration shipped = new SerializableConfiguration(configuration);
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        return LayerErrors.all(ClusterWork.run(context, shares, shares.size(), share -> {
            TaskRecorder recorder = TaskRecorder.current(sink);
            try (ModelReader original = new ModelReader(originals, shipped.value(), recorder::bytesRead);
                    ModelReader other = new ModelReader(others, shipped.value(), recorder::bytesRead)) {
                return measure(share, original, other, recorder);
            }
        }));
    }

    private static List<Piece> pieces(Map<TensorKey, CompareSide.Tensor> tensors) {
        List<Piece> pieces = new ArrayList<>();
        tensors.forEach((key, tensor) -> {
            long elements = tensor.shape().elements();
            for (long at = 0; at < elements; at += PIECE_ELEMENTS) {
                pieces.add(new Piece(key, at, Math.min(PIECE_ELEMENTS, elements - at)));
            }
        });
        return pieces;
    }

    private static List<LayerErrors> measure(
            List<Piece> pieces, ModelReader original, ModelReader other, TaskRecorder recorder) throws IOException {
        Map<TensorKey, ErrorStatistics> errors = new HashMap<>();
        for (Piece piece : pieces) {
            recorder.rangeRead(piece.start() == 0, piece.count());
            ErrorStatistics layer = errors.computeIfAbsent(piece.key(), unused -> new ErrorStatistics());
            long end = piece.start() + piece.count();
            for (long at = piece.start(); at < end; at += STEP_ELEMENTS) {
                OpenFiles.stopIfCancelled();
                int count = (int) Math.min(STEP_ELEMENTS, end - at);
                Tile values = other.read(piece.key(), at, count);
                float[] floats = values.floats();
                layer.add(original.read(piece.key(), at, count), floats, values.floatOffset(), at);
            }
        }
        return LayerErrors.of(errors);
    }
}
