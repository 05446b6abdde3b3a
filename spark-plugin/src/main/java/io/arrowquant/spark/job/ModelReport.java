package io.arrowquant.spark.job;

import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.spark.convert.ConvertedTensor;
import io.arrowquant.storage.Crc32c;
import io.arrowquant.tensor.TensorInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The report of a model directory. The parts of a tensor are the tensors that came of it, by their names. */
final class ModelReport {
    private final JobPlan plan;
    private final Map<TensorKey, ModelJob.Made> made;
    private final Quality quality;

    ModelReport(JobPlan plan, Map<TensorKey, ModelJob.Made> made, Quality quality) {
        this.plan = plan;
        this.made = made;
        this.quality = quality;
    }

    Report build(String jobId, double seconds, List<Report.OutputFile> files) {
        List<Report.Tensor> tensors = new ArrayList<>();
        long after = 0;
        for (PlannedTensor planned : plan.tensors()) {
            Report.Tensor tensor = tensor(planned);
            tensors.add(tensor);
            after += tensor.bytesAfter();
        }
        return new Report(
                Report.FORMAT,
                Report.FORMAT_VERSION,
                plan.layoutName(),
                jobId,
                Instant.now().toString(),
                seconds,
                new Report.Software(Versions.arrowQuant(), Versions.spark(), Versions.java()),
                new Report.Source(plan.checkpoint().path(), plan.sources()),
                plan.asked(),
                tensors,
                files,
                new Report.Totals(
                        tensors.size(),
                        plan.quantizedTensors(),
                        plan.parameters(),
                        plan.bytesBefore(),
                        after,
                        plan.parameters() == 0 ? 0 : after * 8.0 / plan.parameters(),
                        quality.worstCosine()),
                plan.choiceMade());
    }

    private Report.Tensor tensor(PlannedTensor planned) {
        TensorInfo info = planned.source().info();
        ModelJob.Made result = made.get(TensorKey.of(planned.source()));
        List<Report.Part> parts = new ArrayList<>();
        long bytes = 0;
        int checksum = 0;
        for (ConvertedTensor.Output output : result.tensor().outputs()) {
            parts.add(new Report.Part(output.name(), output.bytes(), Crc32c.text(output.checksum())));
            checksum = Crc32c.combine(checksum, output.checksum(), output.bytes());
            bytes += output.bytes();
        }
        boolean quantized = planned.isQuantized();
        ErrorSummary errors = quantized ? quality.of(plan.layerId(planned.source())) : null;
        return new Report.Tensor(
                info.name(),
                planned.source().file(),
                info.dtype().name(),
                Arrays.stream(info.shape().toArray()).boxed().toList(),
                DryRun.to(planned),
                quantized ? planned.scheme().bitWidth() : info.dtype().bits(),
                quantized ? planned.scheme().groupSize(info.shape()) : 0,
                plan.reason(planned),
                planned.bytesBefore(),
                bytes,
                Crc32c.text(checksum),
                parts,
                List.of(result.file()),
                errors == null ? null : errors.cosine(),
                errors == null ? null : errors.mse(),
                errors == null ? null : errors.maxAbsError(),
                errors == null || Double.isInfinite(errors.snrDb()) ? null : errors.snrDb());
    }
}
