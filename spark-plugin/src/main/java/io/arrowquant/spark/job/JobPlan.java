package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.Plan;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.spark.read.CheckpointLoader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** A request applied to the headers of its input: all that is known before a weight is read. */
final class JobPlan {
    private static final String TABLE_FAMILY = "arrowquant";

    private final QuantizeRequest request;
    private final Checkpoint checkpoint;
    private final Plan plan;
    private final List<WriteGroup> groups;
    private final Map<TensorKey, WriteGroup> groupOf = new HashMap<>();
    private final boolean uniqueNames;

    private JobPlan(QuantizeRequest request, Checkpoint checkpoint, Plan plan) {
        this.request = request;
        this.checkpoint = checkpoint;
        this.plan = plan;
        this.groups = WriteGroups.of(plan);
        for (WriteGroup group : groups) {
            for (PlannedTensor tensor : group.tensors()) {
                groupOf.put(TensorKey.of(tensor.source()), group);
            }
        }
        Set<String> names = new HashSet<>();
        for (CheckpointTensor tensor : checkpoint.tensors()) {
            names.add(tensor.name());
        }
        this.uniqueNames = names.size() == checkpoint.tensors().size();
    }

    /** Reads the headers and decides on every tensor; with {@code strict}, patterns must match something. */
    static JobPlan of(QuantizeRequest request, Configuration configuration) {
        Checkpoint checkpoint = CheckpointLoader.load(request.input(), configuration);
        Plan plan = Plan.of(checkpoint.tensors(), request.recipe());
        requireTableSchemes(plan);
        if (request.strict() && !plan.unmatchedPatterns().isEmpty()) {
            throw new InvalidRequestException(
                    "No tensor matches " + String.join(", ", plan.unmatchedPatterns()),
                    "See the names with: arrowquant inspect " + request.input()
                            + ". Without --strict such patterns are only reported");
        }
        return new JobPlan(request, checkpoint, plan);
    }

    /** The table has columns for codes, scales and zero points; schemes with other outputs need another layout. */
    private static void requireTableSchemes(Plan plan) {
        for (PlannedTensor tensor : plan.tensors()) {
            if (tensor.isQuantized() && !SchemeCatalog.familyOf(tensor.scheme()).equals(TABLE_FAMILY)) {
                throw new InvalidRequestException(
                        "Scheme " + tensor.scheme().spelling() + " does not fit the layout parquet, which holds codes,"
                                + " scales and zero points",
                        "Use int2, int4 or int8, or write its tensors with"
                                + " spark.read.format(\"safetensors\").option(\"scheme\", \""
                                + tensor.scheme().spelling() + "\")");
            }
        }
    }

    QuantizeRequest request() {
        return request;
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    List<PlannedTensor> tensors() {
        return plan.tensors();
    }

    List<String> unmatchedPatterns() {
        return plan.unmatchedPatterns();
    }

    List<WriteGroup> groups() {
        return groups;
    }

    WriteGroup groupOf(PlannedTensor tensor) {
        return groupOf.get(TensorKey.of(tensor.source()));
    }

    /** False when components of the checkpoint have tensors of the same name. */
    boolean hasUniqueNames() {
        return uniqueNames;
    }

    /** What errors and statistics call a tensor: its name, where that is enough. */
    String layerId(CheckpointTensor tensor) {
        return uniqueNames ? tensor.name() : tensor.file() + ":" + tensor.name();
    }

    long bytesBefore() {
        return plan.bytesBefore();
    }

    long bytesAfter() {
        return plan.bytesAfter();
    }

    double bitsPerWeight() {
        return plan.bitsPerWeight();
    }

    long parameters() {
        long parameters = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            parameters += tensor.source().info().elements();
        }
        return parameters;
    }

    int quantizedTensors() {
        int count = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            count += tensor.isQuantized() ? 1 : 0;
        }
        return count;
    }

    /** Bytes of config, tokenizer and all else that goes along. */
    long carriedBytes() {
        long bytes = 0;
        for (CheckpointFile file : checkpoint.otherFiles()) {
            bytes += file.entry().size();
        }
        return bytes;
    }
}
