package io.arrowquant.spark.convert;

import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.write.PlannedFile;
import io.arrowquant.spark.write.TaskStaging;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** Runs conversions on the cluster, a task for each file. */
public final class Conversion {
    private Conversion() {}

    /** Makes all files; they lie where the tasks left them, in the order of the work. */
    public static List<ConvertedFile> run(SparkContext context, TaskStaging staging, List<ConvertFile> files) {
        if (files.isEmpty()) {
            return List.of();
        }
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        Function<ConvertFile, ConvertedFile> convert = file -> convert(file, staging, sink);
        return JavaSparkContext.fromSparkContext(context)
                .parallelize(new ArrayList<>(files), files.size())
                .map(convert)
                .collect();
    }

    private static ConvertedFile convert(ConvertFile file, TaskStaging staging, CollectionAccumulator<String> sink)
            throws IOException {
        TaskContext task = TaskContext.get();
        TaskRecorder recorder = TaskRecorder.current(sink);
        try (FileConversion conversion = new FileConversion(file, staging.configuration(), recorder);
                PlannedFile target =
                        staging.create(task.partitionId(), task.taskAttemptId(), ConvertFile.STAGED_NAME)) {
            return conversion.run(target, task.partitionId(), task.taskAttemptId());
        }
    }

    /** The first pass over tensors that share its result: what was found in each, in their order. */
    public static List<byte[]> survey(
            SparkContext context, SerializableConfiguration configuration, List<ConvertFile> tensors) {
        if (tensors.isEmpty()) {
            return List.of();
        }
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        int slices = Math.min(tensors.size(), context.defaultParallelism() * 4);
        Function<ConvertFile, byte[]> survey = work -> survey(work, configuration, sink);
        return JavaSparkContext.fromSparkContext(context)
                .parallelize(new ArrayList<>(tensors), slices)
                .map(survey)
                .collect();
    }

    /** {@code work} holds one tensor. */
    private static byte[] survey(
            ConvertFile work, SerializableConfiguration configuration, CollectionAccumulator<String> sink)
            throws IOException {
        TaskRecorder recorder = TaskRecorder.current(sink);
        ConvertTensor tensor = work.tensors().get(0);
        try (TensorElements elements = new TensorElements(work.sources(), configuration.value(), recorder::bytesRead)) {
            RangeEncoder encoder = new RangeEncoder(
                    tensor.scheme(),
                    new EncodeRequest(
                            tensor.layer(),
                            tensor.tensor().dtype(),
                            tensor.tensor().shape(),
                            work.nonFinite()));
            encoder.survey(elements.of(tensor));
            return encoder.surveyResult();
        }
    }
}
