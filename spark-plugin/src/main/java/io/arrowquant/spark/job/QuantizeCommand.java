package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.error.Printable;
import io.arrowquant.recipe.Setting;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.DirectIo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Quantizes a checkpoint. */
@Command(name = "quantize", description = "Turns a model directory into a quantized one.")
final class QuantizeCommand implements Callable<Integer> {
    /** Lines of one kind: a model may have thousands of tensors. */
    private static final int MOST_NOTES = 10;

    private final Streams streams;

    @Option(names = "--input", required = true, paramLabel = "PATH", description = "A file, model directory or glob.")
    private String input;

    @Option(names = "--output", required = true, paramLabel = "PATH", description = "The directory to make.")
    private String output;

    @Option(
            names = "--also",
            paramLabel = "SCHEME=PATH",
            description = "Make another output of the same weights, read once for all. May be repeated.")
    private List<String> also = new ArrayList<>();

    @Option(
            names = "--scheme",
            paramLabel = "NAME",
            description = "What to quantize with, e.g. int4 or int4(group_size=64,symmetric=true). See: schemes")
    private String scheme;

    @Option(
            names = "--recipe",
            paramLabel = "FILE",
            description =
                    "A recipe in YAML or JSON; options and ARROWQUANT_ variables go before it. See docs/recipe.md")
    private String recipe;

    @Option(names = "--bit-width", paramLabel = "N", description = "2, 4 or 8: the same as --scheme int2, int4, int8.")
    private String bitWidth;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = "edge: int2, group 256, min cosine 0.65; local: int4, 128, 0.85; cloud: int8, 64, 0.95.")
    private String profile;

    @Option(
            names = "--skip",
            paramLabel = "PATTERN",
            description = "Leave matching tensors as they are: a name, a glob, or re: and a regular expression."
                    + " May be repeated.")
    private List<String> skip = new ArrayList<>();

    @Option(
            names = "--layer",
            paramLabel = "PATTERN=SCHEME",
            description = "Give matching tensors a scheme of their own. May be repeated; the first match counts.")
    private List<String> layers = new ArrayList<>();

    @Option(names = "--no-defaults", description = "Also quantize embeddings, heads, norms, routers and biases.")
    private boolean noDefaults;

    @Option(names = "--group-size", paramLabel = "N", description = "Elements that share a scale.")
    private String groupSize;

    @Option(
            names = "--observer",
            paramLabel = "NAME",
            description = "How ranges are found: minmax, as they are (default), or mse, shrunk to the least error.")
    private String observer;

    @Option(
            names = "--layout",
            paramLabel = "NAME",
            description =
                    "parquet, compressed-tensors, bitsandbytes, gptq, awq or fp8. Default: the usual one of the scheme.")
    private String layout;

    @Option(names = "--no-quality", description = "Do not measure the error of every layer.")
    private boolean noQuality;

    @Option(
            names = "--min-cosine",
            paramLabel = "X",
            description = "Give layers that would come out below more bits: 2, 4, 8, and at last keep them.")
    private String minCosine;

    @Option(
            names = "--target-size",
            paramLabel = "SIZE",
            description = "Choose schemes for the least error with so many bytes of tensors at most, e.g. 4GB.")
    private String targetSize;

    @Option(names = "--target-bpw", paramLabel = "BITS", description = "The same in bits for each parameter, e.g. 5.5.")
    private String targetBpw;

    @Option(
            names = "--candidate",
            paramLabel = "SCHEME",
            description = "A scheme that may be chosen. May be repeated; default: the scheme in the widths there are.")
    private List<String> candidates = new ArrayList<>();

    @Option(
            names = "--on-non-finite",
            paramLabel = "WHAT",
            description = "error (default): NaN and infinities fail the job; clamp: they are replaced and counted.")
    private String onNonFinite;

    @Option(
            names = "--allow-requantize",
            description = "Decode weights that are quantized already (compressed-tensors, GPTQ, AWQ) on the way.")
    private boolean allowRequantize;

    @Option(names = "--dry-run", description = "Show what would come out, to the byte; read headers only.")
    private boolean dryRun;

    @Option(names = "--overwrite", description = "Replace all that the output holds, once the new files are complete.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            description = "Go on where a run to this output stopped. What is finished stays if this one stops as well.")
    private boolean resume;

    @Option(
            names = "--strict",
            description = "Refuse patterns that match no tensor, and tensors that do not fit their scheme.")
    private boolean strict;

    @Option(
            names = "--max-partition-bytes",
            paramLabel = "SIZE",
            description = "Cut larger tensors between tasks, e.g. 512MiB. Default: a tensor is one task's.")
    private String maxPartitionBytes;

    @Option(
            names = "--max-shard-size",
            paramLabel = "SIZE",
            description = "Tensor bytes of an output file at most, e.g. 5GB, unless one tensor has more."
                    + " Default: files as in the input, more where there would be too few for the cluster.")
    private String maxShardSize;

    @Option(
            names = "--direct-io",
            paramLabel = "WHEN",
            description =
                    "Write files on this machine past its page cache: on, off, or auto (default: from 64 MB on, as long as"
                            + " it is faster).")
    private String directIo;

    @Option(
            names = "--report",
            paramLabel = "DIR",
            description =
                    "Write the report there as well; that of an output of --also into a directory in it, called as"
                            + " the output.")
    private String reportDirectory;

    @Mixin
    private OutputOptions outputOptions;

    QuantizeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() throws IOException {
        Configuration configuration = Sessions.hadoopConfiguration();
        if (directIo != null) {
            DirectIo.of(directIo).putInto(configuration);
        }
        List<QuantizeRequest> requests = settings().requests(configuration);
        if (!dryRun) {
            requests.forEach(EarlyWarmUp::begin);
        }
        return run(streams, requests, configuration, dryRun, outputOptions.json());
    }

    private QuantizeSettings settings() {
        QuantizeSettings settings = new QuantizeSettings();
        settings.input = input;
        settings.output = output;
        settings.recipe = recipe;
        settings.overwrite = overwrite;
        settings.resume = resume;
        settings.reportDirectory = reportDirectory;
        settings.set(Setting.SCHEME, scheme)
                .set(Setting.BIT_WIDTH, bitWidth)
                .set(Setting.PROFILE, profile)
                .set(Setting.LAYOUT, layout)
                .set(Setting.GROUP_SIZE, groupSize)
                .set(Setting.OBSERVER, observer)
                .set(Setting.SKIP, skip.isEmpty() ? null : String.join("\n", skip) + "\n")
                .set(Setting.DEFAULTS, noDefaults ? false : null)
                .set(Setting.STRICT, strict ? true : null)
                .set(Setting.MIN_COSINE, minCosine)
                .set(Setting.TARGET_SIZE, targetSize)
                .set(Setting.TARGET_BPW, targetBpw)
                .set(Setting.CANDIDATES, candidates.isEmpty() ? null : String.join("\n", candidates) + "\n")
                .set(Setting.ON_NON_FINITE, onNonFinite)
                .set(Setting.QUALITY, noQuality ? false : null)
                .set(Setting.ALLOW_REQUANTIZE, allowRequantize ? true : null)
                .set(Setting.MAX_SHARD_SIZE, maxShardSize)
                .set(Setting.MAX_PARTITION_BYTES, maxPartitionBytes);
        settings.addLayers(layers);
        settings.addAlso(also);
        return settings;
    }

    /** Also what the demo runs. */
    static int run(
            Streams streams, List<QuantizeRequest> requests, Configuration configuration, boolean dryRun, boolean json)
            throws IOException {
        List<JobPlan> plans = JobPlan.of(requests, configuration);
        List<Storages.Located> targets = QuantizeJob.check(plans, configuration);
        List<JsonNode> documents = new ArrayList<>();
        if (dryRun) {
            for (DryRun dry : DryRun.of(plans)) {
                if (json) {
                    documents.add(dry.json());
                } else {
                    dry.print(streams);
                }
            }
        } else {
            for (String pattern : plans.get(0).unmatchedPatterns()) {
                streams.note("arrowquant: no tensor matches " + Printable.text(pattern));
            }
            noteUnfit(plans, streams);
            for (String ignored : plans.get(0).checkpoint().ignoredWeights()) {
                streams.note("arrowquant: not read, and not in the output: " + Printable.text(ignored));
            }
            for (QuantizeJob.Result result : QuantizeJob.run(plans, configuration, streams, targets)) {
                if (json) {
                    documents.add(document(result));
                } else {
                    new Summary(result).print(streams);
                }
            }
        }
        if (json) {
            // Of one output a document, of several a list of them.
            streams.json(documents.size() == 1 ? documents.get(0) : new ObjectMapper().valueToTree(documents));
        }
        return ExitCode.DONE;
    }

    /** What the recipe would have quantized and cannot; the report has the rest of many. */
    private static void noteUnfit(List<JobPlan> plans, Streams streams) {
        for (JobPlan plan : plans) {
            List<String> unfit = plan.unfit();
            for (String reason : unfit.subList(0, Math.min(MOST_NOTES, unfit.size()))) {
                streams.note("arrowquant: not quantized: " + Printable.text(reason));
            }
            if (unfit.size() > MOST_NOTES) {
                streams.note("arrowquant: not quantized: " + (unfit.size() - MOST_NOTES) + " more, see " + Report.NAME);
            }
        }
    }

    private static ObjectNode document(QuantizeJob.Result result) {
        ObjectNode document = ReportFile.json(result.report());
        document.put("status", "done");
        document.put("output", result.output().path());
        return document;
    }
}
