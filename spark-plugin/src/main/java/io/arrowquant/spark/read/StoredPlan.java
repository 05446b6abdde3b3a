package io.arrowquant.spark.read;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;

/** The plan of a scan that gives tensors as they are stored. */
final class StoredPlan implements ScanPlan {
    private final ScanRequest request;
    private final List<SourceFile> files;
    private final List<TensorRegion> regions;

    private StoredPlan(ScanRequest request, List<SourceFile> files, List<TensorRegion> regions) {
        this.request = request;
        this.files = files;
        this.regions = regions;
    }

    static StoredPlan of(Checkpoint checkpoint, ScanRequest request) {
        List<SourceFile> files = SourceFiles.of(checkpoint);
        Map<String, Integer> fileIndex = SourceFiles.indexByName(files);
        boolean floats = List.of(request.columns().fieldNames()).contains(ReadSchema.WEIGHTS);
        List<TensorRegion> regions = new ArrayList<>();
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            if (request.accepts(tensor)) {
                TensorInfo info = tensor.info();
                if (floats) {
                    RangeLayout.requireFloatsFit(info, request.readOptions());
                }
                long step = RangeLayout.step(info, request.readOptions());
                regions.add(new TensorRegion(fileIndex.get(tensor.file()), info, 0, info.elements(), step));
            }
        }
        return new StoredPlan(request, files, regions);
    }

    @Override
    public List<SourceFile> files() {
        return files;
    }

    @Override
    public ScanFigures figures() {
        long rows = 0;
        long dataBytes = 0;
        long floatBytes = 0;
        long nullWeights = 0;
        long nameBytes = 0;
        long shapeBytes = 0;
        for (TensorRegion region : regions) {
            TensorInfo tensor = region.tensor();
            long tensorRows = region.rows();
            rows += tensorRows;
            dataBytes += tensor.byteLength();
            if (tensor.dtype().isReadableAsFloat()) {
                floatBytes += tensor.elements() * Float.BYTES;
            } else {
                nullWeights += tensorRows;
            }
            nameBytes += tensorRows * tensor.name().length();
            shapeBytes += tensorRows * Long.BYTES * tensor.shape().rank();
        }
        return new ScanFigures(rows, regions.size(), dataBytes, floatBytes, nullWeights, nameBytes, shapeBytes);
    }

    @Override
    public List<InputPartition> partitions() {
        PartitionPacker packer = new PartitionPacker(
                files,
                request.readOptions().maxPartitionBytes(),
                request.needsData(),
                Sessions.parallelism().tasks());
        return packer.pack(regions);
    }

    @Override
    public PartitionReaderFactory readerFactory() {
        return new StoredReaderFactory(ReaderContext.of(request), request.columns());
    }

    @Override
    public String describe() {
        return "";
    }
}
