package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.Checkpoint;
import io.arrowquant.checkpoint.CheckpointFile;
import io.arrowquant.checkpoint.CheckpointShard;
import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.layout.FusedExperts;
import io.arrowquant.layout.ModelFile;
import io.arrowquant.layout.ModelFiles;
import io.arrowquant.recipe.LayerRule;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.ModelTypes;
import io.arrowquant.recipe.Plan;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.Recipe;
import io.arrowquant.recipe.SchemeChoice;
import io.arrowquant.recipe.SchemeOption;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SharedSurvey;
import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.spark.read.CheckpointLoader;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;

/** A request applied to the headers of its input: all that is known before a weight is read. */
final class JobPlan {
    private final QuantizeRequest request;
    private final Checkpoint checkpoint;
    private final ModelConfigs configs;
    private final SourceWeights weights;
    private final Plan plan;
    private final Report.Choice choiceMade;
    private final List<WriteGroup> groups;
    private final Map<TensorKey, WriteGroup> groupOf = new HashMap<>();
    private final boolean uniqueNames;
    private final Map<String, byte[]> configTexts;

    private JobPlan(
            QuantizeRequest request,
            Checkpoint checkpoint,
            ModelConfigs configs,
            SourceWeights weights,
            Plan plan,
            Report.Choice choiceMade) {
        this.request = request;
        this.checkpoint = checkpoint;
        this.configs = configs;
        this.weights = weights;
        this.plan = plan;
        this.choiceMade = choiceMade;
        this.groups = layout().isForRuntimes() ? List.of() : WriteGroups.of(plan);
        for (WriteGroup group : groups) {
            for (PlannedTensor tensor : group.tensors()) {
                groupOf.put(TensorKey.of(tensor.source()), group);
            }
        }
        Set<String> names = new HashSet<>();
        for (CheckpointTensor tensor : weights.tensors()) {
            names.add(tensor.name());
        }
        this.uniqueNames = names.size() == weights.tensors().size();
        // What no config can describe is refused now, not when all weights are written.
        this.configTexts = layout().isForRuntimes() ? configTexts(request, configs, plan) : Map.of();
    }

    /** Reads the headers and decides on every tensor; with {@code strict}, patterns must match something. */
    static JobPlan of(QuantizeRequest request, Configuration configuration) {
        return of(List.of(request), configuration).get(0);
    }

    private static JobPlan of(
            QuantizeRequest request, Checkpoint checkpoint, ModelConfigs configs, Configuration configuration) {
        Layout layout = request.recipe().effectiveLayout();
        SourceWeights weights = SourceWeights.of(checkpoint, configs, request.allowRequantize(), configuration);
        if (weights.anyStored() && !layout.isForRuntimes()) {
            throw new InvalidRequestException(
                    "The weights in " + request.input() + " are quantized already, and tables are made of weights as"
                            + " they are stored",
                    "Decode them first, with: arrowquant dequantize --input " + request.input());
        }
        if (layout == Layout.BITSANDBYTES) {
            weights.showAsLoaded(configs);
        }
        List<CheckpointTensor> tensors = asLaidOut(weights.tensors(), layout, request.recipe(), configs.types());
        Plan plan = Plan.of(tensors, request.recipe(), configs.types());
        if (request.strict() && !plan.unmatchedPatterns().isEmpty()) {
            throw new InvalidRequestException(
                    "No tensor matches " + String.join(", ", plan.unmatchedPatterns()),
                    "See the names with: arrowquant inspect " + request.input()
                            + ". Without --strict such patterns are only reported");
        }
        return new JobPlan(request, checkpoint, configs, weights, asStored(plan, weights), null);
    }

    private static Map<String, byte[]> configTexts(QuantizeRequest request, ModelConfigs configs, Plan plan) {
        return request.decodesOnly() ? configs.plain() : configs.quantized(plan.tensors(), request.recipe());
    }

    /** The plan with all that stays as it is the way it is stored. */
    private static Plan asStored(Plan plan, SourceWeights weights) {
        Map<CheckpointTensor, PlannedTensor> others = new HashMap<>();
        for (PlannedTensor tensor : plan.tensors()) {
            CheckpointTensor source = weights.asStored(tensor.source());
            if (!tensor.isQuantized() && !source.equals(tensor.source())) {
                others.put(tensor.source(), new PlannedTensor(source, null, tensor.reason()));
            }
        }
        return others.isEmpty() ? plan : plan.with(others);
    }

    /** Fused experts are taken apart, but not for bitsandbytes: Transformers loads and saves them as they are. */
    private static List<CheckpointTensor> asLaidOut(
            List<CheckpointTensor> tensors, Layout layout, Recipe recipe, ModelTypes types) {
        if (!layout.isForRuntimes() || layout == Layout.BITSANDBYTES) {
            return tensors;
        }
        return layout == Layout.COMPRESSED_TENSORS && !recipe.defaults()
                ? FusedExperts.splitAll(tensors)
                : FusedExperts.split(tensors, types);
    }

    /** Plans for all outputs of one job, of one input. Their tensors must be the same, since each is read once for all. */
    static List<JobPlan> of(List<QuantizeRequest> requests, Configuration configuration) {
        Checkpoint checkpoint = CheckpointLoader.load(requests.get(0).input(), configuration);
        ModelConfigs configs = ModelConfigs.read(checkpoint, configuration);
        List<JobPlan> plans = new ArrayList<>();
        for (QuantizeRequest request : requests) {
            plans.add(of(request, checkpoint, configs, configuration));
        }
        JobPlan first = null;
        for (JobPlan plan : plans) {
            if (!plan.layout().isForRuntimes()) {
                continue;
            }
            first = first == null ? plan : first;
            if (!sources(plan).equals(sources(first))) {
                throw new InvalidRequestException(
                        "The outputs of one job hold the same tensors, but these drop different ones, or one takes experts"
                                + " apart, turns weights round or rounds them and another does not",
                        "Run a job for each");
            }
        }
        return plans;
    }

    private static List<CheckpointTensor> sources(JobPlan plan) {
        return plan.tensors().stream().map(PlannedTensor::source).toList();
    }

    QuantizeRequest request() {
        return request;
    }

    Layout layout() {
        return request.recipe().effectiveLayout();
    }

    /** The files of a model directory, for a cluster that runs so many tasks at once. */
    List<ModelFile> modelFiles(boolean shareScales, int parallelism) {
        return ModelFiles.of(plan.tensors(), shareScales, parallelism, request.maxShardBytes());
    }

    /** Whether what runtimes fuse shares a scale here. */
    boolean sharesScales() {
        return plan.tensors().stream().anyMatch(tensor -> tensor.isQuantized() && sharesSurvey(tensor));
    }

    /** The texts of the configs that say how the model is quantized, by their names in the output; none of a table. */
    Map<String, byte[]> configs() {
        return configTexts;
    }

    /** Tokenizer and all else that goes along as it is: not what is written anew. */
    List<CheckpointFile> carriedFiles() {
        return checkpoint.otherFiles().stream()
                .filter(file -> !Report.FILES.contains(file.file()) && !configTexts.containsKey(file.file()))
                .toList();
    }

    /** Refuses sources that have nothing to decode. */
    void requireStored() {
        if (!weights.anyStored()) {
            throw new InvalidRequestException(
                    "Nothing in " + request.input() + " is quantized in a way that can be decoded",
                    "Name the output of arrowquant quantize, or a model in compressed-tensors, GPTQ, AWQ or FP8");
        }
    }

    /** What the output is called in reports. */
    String layoutName() {
        return request.decodesOnly() ? Report.SAFETENSORS : layout().spelling();
    }

    /** How a tensor is stored that has to be decoded first, or null. */
    QuantizedTensor stored(PlannedTensor tensor) {
        return weights.stored(tensor.source());
    }

    /** Why a tensor is not quantized, or null. */
    String reason(PlannedTensor tensor) {
        return tensor.isQuantized() || stored(tensor) == null
                ? tensor.reason()
                : request.decodesOnly() ? "dequantized" : "dequantized; " + tensor.reason();
    }

    /** Quantized tensors whose scheme shares a first pass among those a runtime fuses, in sets of two or more. */
    List<List<PlannedTensor>> surveyedSets() {
        return surveyedSets(plan.tensors());
    }

    /** The same of some tensors, with the schemes they have here. */
    List<List<PlannedTensor>> surveyedSets(List<PlannedTensor> some) {
        List<List<PlannedTensor>> sets = new ArrayList<>();
        if (!layout().isForRuntimes()) {
            return sets;
        }
        Map<CheckpointTensor, PlannedTensor> bySource = new HashMap<>();
        some.forEach(tensor -> bySource.put(tensor.source(), tensor));
        for (List<PlannedTensor> set : plan.scaleSets()) {
            List<PlannedTensor> sharing = new ArrayList<>();
            for (PlannedTensor member : set) {
                PlannedTensor given = bySource.get(member.source());
                if (given != null && given.isQuantized() && sharesSurvey(given)) {
                    sharing.add(given);
                }
            }
            if (sharing.size() > 1) {
                sets.add(sharing);
            }
        }
        return sets;
    }

    private boolean sharesSurvey(PlannedTensor member) {
        TensorInfo info = member.source().info();
        return member.scheme().survey(new EncodeRequest(info.name(), info.dtype(), info.shape(), request.nonFinite()))
                instanceof SharedSurvey;
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

    List<String> unfit() {
        return plan.unfit();
    }

    List<WriteGroup> groups() {
        return groups;
    }

    WriteGroup groupOf(PlannedTensor tensor) {
        return groupOf.get(TensorKey.of(tensor.source()));
    }

    /** Tensors that a rule leaves out of the output. */
    List<CheckpointTensor> dropped() {
        return plan.dropped();
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

    /** Bytes that are read of some tensors, which are other ones where they have to be decoded first. */
    long bytesToRead(List<PlannedTensor> some) {
        long bytes = 0;
        for (PlannedTensor tensor : some) {
            QuantizedTensor stored = stored(tensor);
            bytes += stored == null ? tensor.bytesBefore() : stored.storedBytes();
        }
        return bytes;
    }

    double bitsPerWeight() {
        return plan.bitsPerWeight();
    }

    long parameters() {
        return plan.parameters();
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

    /** The files of weights, for the report. */
    List<Report.SourceFile> sources() {
        List<Report.SourceFile> sources = new ArrayList<>();
        for (CheckpointShard shard : checkpoint.shards()) {
            sources.add(new Report.SourceFile(
                    shard.file(),
                    shard.source().entry().size(),
                    shard.source().entry().modifiedMillis()));
        }
        return sources;
    }

    /** How schemes are to be chosen by what they cost, or null. */
    SchemeChoice choice() {
        return SchemeChoice.of(plan, request.recipe(), request.settings());
    }

    /** The plan with the chosen schemes, and what they were chosen from. */
    JobPlan choosing(List<SchemeChoice.Unit> units, List<SchemeOption> chosen, long target) {
        Map<CheckpointTensor, PlannedTensor> others = new HashMap<>();
        for (int i = 0; i < units.size(); i++) {
            Scheme scheme = chosen.get(i).scheme();
            for (PlannedTensor tensor : units.get(i).tensors()) {
                String reason = scheme == null ? "kept for its quality" : null;
                others.put(tensor.source(), new PlannedTensor(tensor.source(), scheme, reason));
            }
        }
        return new JobPlan(
                request,
                checkpoint,
                configs,
                weights,
                asStored(plan.with(others), weights),
                ChoiceReport.of(units, chosen, target));
    }

    /** What schemes were chosen from, or null when there was nothing to choose. */
    Report.Choice choiceMade() {
        return choiceMade;
    }

    /** What the user asked for, for the report. */
    Report.Asked asked() {
        Recipe recipe = request.recipe();
        List<String> layers = new ArrayList<>();
        for (LayerRule rule : recipe.layers()) {
            layers.add(rule.pattern() + "=" + rule.scheme());
        }
        return new Report.Asked(
                recipe.scheme(),
                layers,
                recipe.skip().stream().map(Object::toString).toList(),
                recipe.defaults(),
                request.profile(),
                request.hasMinCosine() ? request.minCosine() : null,
                request.nonFinite().name().toLowerCase(Locale.ROOT),
                request.settings().toJson());
    }
}
