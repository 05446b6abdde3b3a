package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.recipe.LayerRule;
import io.arrowquant.recipe.NamePattern;
import io.arrowquant.recipe.Plan;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;

/** The plan of a scan that gives the quantized tensors. A tensor is never split over partitions. */
final class QuantizedPlan implements ScanPlan {
    private static final int PARTITIONS_PER_CORE = 4;
    private static final long SMALLEST_TARGET = 8L << 20;

    private final ScanRequest request;
    private final List<SourceFile> files;
    private final List<QuantizedTensor> tensors;

    private QuantizedPlan(ScanRequest request, List<SourceFile> files, List<QuantizedTensor> tensors) {
        this.request = request;
        this.files = files;
        this.tensors = tensors;
    }

    static QuantizedPlan of(Checkpoint checkpoint, ScanRequest request) {
        List<SourceFile> files = SourceFiles.of(checkpoint);
        Map<String, Integer> fileIndex = SourceFiles.indexByName(files);
        List<QuantizedTensor> tensors = new ArrayList<>();
        for (PlannedTensor planned :
                Plan.of(checkpoint.tensors(), recipe(request.readOptions())).tensors()) {
            List<QuantizedTensor.Output> outputs = outputs(planned, request);
            if (!outputs.isEmpty()) {
                tensors.add(new QuantizedTensor(
                        fileIndex.get(planned.source().file()), planned.source().info(), planned.scheme(), outputs));
            }
        }
        return new QuantizedPlan(request, files, tensors);
    }

    private static Recipe recipe(ReadOptions options) {
        List<LayerRule> layers = new ArrayList<>();
        for (String text : options.layers()) {
            layers.add(LayerRule.parse(text));
        }
        return new Recipe(options.scheme(), layers, NamePattern.listOf(options.skip()), options.defaults());
    }

    private static List<QuantizedTensor.Output> outputs(PlannedTensor planned, ScanRequest request) {
        TensorInfo tensor = planned.source().info();
        List<QuantizedTensor.Output> outputs = new ArrayList<>();
        if (!planned.isQuantized()) {
            add(
                    outputs,
                    new QuantizedTensor.Output(
                            tensor.name(), tensor.dtype(), tensor.shape(), QuantizedTensor.AS_STORED, false),
                    planned,
                    request);
            return outputs;
        }
        int part = 0;
        for (PartSpec spec : planned.parts()) {
            String name = spec.nameFor(tensor.name());
            boolean isBound = spec.extent() == PartSpec.Extent.AT_MOST;
            add(outputs, new QuantizedTensor.Output(name, spec.dtype(), spec.shape(), part, isBound), planned, request);
            part++;
        }
        return outputs;
    }

    private static void add(
            List<QuantizedTensor.Output> outputs,
            QuantizedTensor.Output output,
            PlannedTensor planned,
            ScanRequest request) {
        if (request.accepts(
                output.name(), output.dtype().name(), planned.source().file())) {
            outputs.add(output);
        }
    }

    @Override
    public List<SourceFile> files() {
        return files;
    }

    @Override
    public ScanFigures figures() {
        long rows = 0;
        long emitted = 0;
        long bytes = 0;
        long nameBytes = 0;
        long shapeBytes = 0;
        for (QuantizedTensor tensor : tensors) {
            for (QuantizedTensor.Output output : tensor.outputs()) {
                long outputRows = output.rows();
                rows += outputRows;
                emitted++;
                bytes += output.bytes();
                nameBytes += outputRows * output.name().length();
                shapeBytes += outputRows * Long.BYTES * output.shape().rank();
            }
        }
        return new ScanFigures(rows, emitted, bytes, 0, rows, nameBytes, shapeBytes);
    }

    /** Whole tensors in file order, packed until a partition has its share of the bytes to read. */
    @Override
    public List<InputPartition> partitions() {
        long total = 0;
        for (QuantizedTensor tensor : tensors) {
            total += tensor.tensor().byteLength();
        }
        long cores = Sessions.parallelism().tasks();
        long share = Math.max(SMALLEST_TARGET, total / (cores * PARTITIONS_PER_CORE) + 1);
        long target = request.needsData() ? share : Long.MAX_VALUE;
        List<InputPartition> partitions = new ArrayList<>();
        List<QuantizedTensor> current = new ArrayList<>();
        long size = 0;
        for (QuantizedTensor tensor : tensors) {
            long bytes = tensor.tensor().byteLength();
            if (!current.isEmpty() && size + bytes > target) {
                partitions.add(partition(current));
                current = new ArrayList<>();
                size = 0;
            }
            current.add(tensor);
            size += bytes;
        }
        if (!current.isEmpty()) {
            partitions.add(partition(current));
        }
        return partitions;
    }

    private QuantizedPartition partition(List<QuantizedTensor> members) {
        List<SourceFile> used = new ArrayList<>();
        List<QuantizedTensor> renumbered = new ArrayList<>(members.size());
        int last = -1;
        for (QuantizedTensor member : members) {
            if (member.file() != last) {
                used.add(files.get(member.file()));
                last = member.file();
            }
            renumbered.add(new QuantizedTensor(used.size() - 1, member.tensor(), member.scheme(), member.outputs()));
        }
        return new QuantizedPartition(used, renumbered);
    }

    @Override
    public PartitionReaderFactory readerFactory() {
        return new QuantizedReaderFactory(ReaderContext.of(request), request.columns(), request.readOptions());
    }

    @Override
    public String describe() {
        return ", scheme=" + request.readOptions().scheme();
    }
}
