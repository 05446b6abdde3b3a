package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.Printable;
import io.arrowquant.layout.FusedExperts;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.spark.read.CheckpointLoader;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** One of two things to compare: the table of a quantize job, or a model, whose weights are decoded if they are quantized. */
final class CompareSide {
    /** The types that weights keep beside codes: in a model that cannot be decoded, tensors of any other may be codes. */
    private static final Set<DataType> PLAIN = Set.of(DataType.F16, DataType.BF16, DataType.F32, DataType.F64);

    /**
     * A tensor of a side.
     *
     * @param label how it is stored: its type or its scheme
     * @param obstacle why its values are not known, or null
     * @param checkpoint where to read it, or what it is once decoded; in a table only its type and shape count
     * @param stored how it is stored when it has to be decoded, or null
     */
    record Tensor(Shape shape, String label, String obstacle, CheckpointTensor checkpoint, QuantizedTensor stored) {}

    private final String path;
    private final Checkpoint checkpoint;
    private final Map<TensorKey, Tensor> tensors = new LinkedHashMap<>();
    private final ExpertRows experts = new ExpertRows(new HashMap<>());
    private final List<String> undecoded = new ArrayList<>();

    private CompareSide(String path, Checkpoint checkpoint) {
        this.path = path;
        this.checkpoint = checkpoint;
    }

    static CompareSide open(String path, Configuration configuration) throws IOException {
        OutputFolder output = OutputFolder.find(path, configuration);
        return output != null && output.isTable() ? ofTable(output) : ofModel(path, configuration);
    }

    private static CompareSide ofTable(OutputFolder table) {
        CompareSide side = new CompareSide(table.place().path(), null);
        for (Report.Tensor tensor : table.report().tensors()) {
            Shape shape =
                    Shape.of(tensor.shape().stream().mapToLong(Long::longValue).toArray());
            DataType dtype = DataType.of(tensor.dtype());
            TensorInfo info = new TensorInfo(tensor.layerName(), dtype, shape, 0, dtype.byteLength(shape.elements()));
            side.tensors.put(
                    key(tensor.file(), tensor.layerName()),
                    new Tensor(
                            shape,
                            tensor.scheme(),
                            unreadable(dtype),
                            new CheckpointTensor(tensor.file(), info),
                            null));
        }
        return side;
    }

    private static CompareSide ofModel(String path, Configuration configuration) {
        Checkpoint checkpoint = CheckpointLoader.load(path, configuration);
        ModelConfigs configs = ModelConfigs.read(checkpoint, configuration);
        SourceWeights weights = SourceWeights.asFarAsDecoded(checkpoint, configs, configuration);
        CompareSide side = new CompareSide(path, checkpoint);
        weights.undecoded()
                .forEach((component, why) ->
                        side.undecoded.add(component.isEmpty() ? why.reason() : component + ": " + why.reason()));
        for (CheckpointTensor tensor : weights.tensors()) {
            side.put(tensor, weights.stored(tensor), weights.undecoded().get(tensor.component()));
        }
        return side;
    }

    private void put(CheckpointTensor tensor, QuantizedTensor stored, SourceWeights.Undecoded undecoded) {
        DataType dtype = tensor.info().dtype();
        String obstacle = undecoded == null || PLAIN.contains(dtype)
                ? unreadable(dtype)
                : dtype + " may be codes of " + Printable.text(undecoded.method()) + ", which are not decoded";
        tensors.put(
                key(tensor.file(), tensor.name()),
                new Tensor(
                        tensor.info().shape(),
                        stored == null ? dtype.name() : stored.spelling(),
                        obstacle,
                        tensor,
                        stored));
    }

    private static String unreadable(DataType dtype) {
        return dtype.isReadableAsFloat() ? null : dtype + " values are not numbers";
    }

    private static TensorKey key(String file, String name) {
        return new TensorKey(DequantizeJob.component(file), name);
    }

    /** Takes experts that lie in one tensor apart where the other side has them one by one, as quantized models do. */
    void splitExpertsAs(CompareSide other) {
        for (Map.Entry<TensorKey, Tensor> entry : List.copyOf(tensors.entrySet())) {
            Tensor tensor = entry.getValue();
            if (tensor.obstacle() != null || other.tensors.containsKey(entry.getKey())) {
                continue;
            }
            List<CheckpointTensor> split = FusedExperts.splitAll(List.of(tensor.checkpoint()));
            CheckpointTensor first = split.get(0);
            if (other.tensors.containsKey(key(first.file(), first.name()))) {
                tensors.remove(entry.getKey());
                if (isTable()) {
                    putRows(entry.getKey(), tensor.label(), split);
                } else {
                    split.forEach(expert -> put(expert, null, null));
                }
            }
        }
    }

    private void putRows(TensorKey fused, String label, List<CheckpointTensor> split) {
        List<ExpertRows.Expert> rows = new ArrayList<>();
        for (CheckpointTensor expert : split) {
            TensorKey key = key(expert.file(), expert.name());
            TensorInfo info = expert.info();
            tensors.put(key, new Tensor(info.shape(), label, null, expert, null));
            rows.add(new ExpertRows.Expert(key, info.offset() / info.dtype().bytes(), info.elements()));
        }
        experts.experts().put(fused, rows);
    }

    boolean isTable() {
        return checkpoint == null;
    }

    /** Where it lies. */
    String path() {
        return path;
    }

    /** The model that the tensors are read from; null for a table. */
    Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Where the rows of a table belong whose experts were taken apart. */
    ExpertRows experts() {
        return experts;
    }

    /** By component and name. */
    Map<TensorKey, Tensor> tensors() {
        return tensors;
    }

    /** What is quantized in a way that is not decoded, with the reason. */
    List<String> undecoded() {
        return undecoded;
    }
}
