package io.arrowquant.spark.convert;

import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.spark.compat.ClusterWork;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.write.TaskStaging;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/** Runs conversions on the cluster, a task for each file. */
public final class Conversion {
    private Conversion() {}

    /**
     * Makes all files; they lie where the tasks left them. For every task, in the order of the work, the files it made: one
     * for each output, whose staging areas are in the same order.
     */
    public static List<List<ConvertedFile>> run(
            SparkContext context, List<TaskStaging> stagings, List<ConvertTask> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        return ClusterWork.run(context, tasks, tasks.size(), task -> convert(task, stagings, sink));
    }

    private static List<ConvertedFile> convert(
            ConvertTask work, List<TaskStaging> stagings, CollectionAccumulator<String> sink) throws IOException {
        TaskContext task = TaskContext.get();
        TaskRecorder recorder = TaskRecorder.current(sink);
        work.awaitKernels();
        List<OutputFile> outputs = new ArrayList<>();
        try {
            for (int i = 0; i < work.files().size(); i++) {
                outputs.add(new OutputFile(
                        work.files().get(i), stagings.get(i), task.partitionId(), task.taskAttemptId(), recorder));
            }
            try (TaskConversion conversion =
                    new TaskConversion(outputs, stagings.get(0).configuration(), recorder)) {
                conversion.run();
            }
            List<ConvertedFile> made = outputs.stream().map(OutputFile::result).toList();
            declareFinished(work, stagings, made, task, recorder);
            return made;
        } finally {
            closeAll(outputs);
        }
    }

    /** Should the job stop before its end, another one finds what this task made. */
    private static void declareFinished(
            ConvertTask work,
            List<TaskStaging> stagings,
            List<ConvertedFile> made,
            TaskContext task,
            TaskRecorder recorder)
            throws IOException {
        PartitionRecord record = recorder.soFar(task);
        for (int i = 0; i < made.size(); i++) {
            FinishedFile finished = new FinishedFile(work.fingerprint(), i, made.get(i), record);
            stagings.get(i).declareFinished(task.partitionId(), task.taskAttemptId(), finished.toJson());
        }
    }

    private static void closeAll(List<OutputFile> outputs) throws IOException {
        IOException failed = null;
        for (OutputFile output : outputs) {
            try {
                output.close();
            } catch (IOException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** The first pass over tensors that share its result: what was found in each, in their order. */
    public static List<byte[]> survey(
            SparkContext context, SerializableConfiguration configuration, List<ConvertFile> tensors) {
        if (tensors.isEmpty()) {
            return List.of();
        }
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        int slices = Math.min(tensors.size(), Parallelism.of(context).tasks() * 4);
        return ClusterWork.run(context, tensors, slices, work -> survey(work, configuration, sink));
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

    /** Measures tensors with every candidate: for each work what {@link Measurement} found, in the order of its tensors. */
    public static List<List<double[][]>> measure(
            SparkContext context, SerializableConfiguration configuration, List<MeasureWork> works) {
        if (works.isEmpty()) {
            return List.of();
        }
        CollectionAccumulator<String> sink = PartitionRecords.of(context).sink();
        return ClusterWork.run(context, works, works.size(), work -> {
            try (Measurement measurement = new Measurement(work, configuration.value(), TaskRecorder.current(sink))) {
                return measurement.run();
            }
        });
    }
}
