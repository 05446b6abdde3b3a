package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.SchemeChoice;
import io.arrowquant.recipe.SchemeOption;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.convert.Conversion;
import io.arrowquant.spark.convert.MeasureWork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.util.SerializableConfiguration;

/** Lets the cluster measure the candidates, chooses, and gives the plan that follows, with what it was chosen from. */
final class SchemeDecision {
    private final JobPlan plan;
    private final SchemeChoice choice;
    private final Configuration configuration;

    private SchemeDecision(JobPlan plan, SchemeChoice choice, Configuration configuration) {
        this.plan = plan;
        this.choice = choice;
        this.configuration = configuration;
    }

    /** The plan as it is when nothing has to be chosen. */
    static JobPlan decide(JobPlan plan, SparkRun run, Configuration configuration, Streams streams) {
        SchemeChoice choice = plan.choice();
        if (choice == null) {
            return plan;
        }
        return new SchemeDecision(plan, choice, configuration).decide(run, streams);
    }

    private JobPlan decide(SparkRun run, Streams streams) {
        List<SchemeChoice.Open> units = choice.units();
        Map<TensorKey, SchemeChoice.Measured> measured = measure(run, units, streams);
        run.stopIfEnding();
        run.beginPhase();
        List<SchemeChoice.Unit> measuredUnits = new ArrayList<>();
        for (SchemeChoice.Open unit : units) {
            measuredUnits.add(choice.unit(
                    unit,
                    unit.tensors().stream()
                            .map(tensor -> measured.get(TensorKey.of(tensor.source())))
                            .toList()));
        }
        return plan.choosing(measuredUnits, choice.choose(measuredUnits), choice.target());
    }

    private Map<TensorKey, SchemeChoice.Measured> measure(
            SparkRun run, List<SchemeChoice.Open> units, Streams streams) {
        Map<PlannedTensor, List<Scheme>> candidates = new LinkedHashMap<>();
        Map<String, Scheme> schemes = new LinkedHashMap<>();
        for (SchemeChoice.Open unit : units) {
            unit.tensors().forEach(tensor -> candidates.put(tensor, unit.candidates()));
            unit.candidates().forEach(scheme -> schemes.put(scheme.spelling(), scheme));
        }
        Map<String, List<List<PlannedTensor>>> sharing = new LinkedHashMap<>();
        long bytes = plan.bytesToRead(List.copyOf(candidates.keySet()));
        for (Scheme scheme : schemes.values()) {
            List<List<PlannedTensor>> sets = plan.surveyedSets(offered(scheme, candidates));
            sharing.put(scheme.spelling(), sets);
            for (List<PlannedTensor> set : sets) {
                bytes += plan.bytesToRead(set);
            }
        }
        try (Progress progress =
                new Progress(streams, new ProgressLine("measure", candidates.size(), bytes), run::progress)) {
            progress.start();
            ConvertWork maker = new ConvertWork(plan);
            Map<String, Map<TensorKey, List<byte[]>>> surveyed = new HashMap<>();
            sharing.forEach((scheme, sets) -> {
                run.stopIfEnding();
                surveyed.put(scheme, SharedScales.survey(run.context(), maker, 0, sets, configuration));
            });
            run.stopIfEnding();
            return measure(run.context(), maker, candidates, surveyed);
        }
    }

    /** The tensors that a scheme is a candidate for, as they would be planned with it. */
    private static List<PlannedTensor> offered(Scheme scheme, Map<PlannedTensor, List<Scheme>> candidates) {
        List<PlannedTensor> offered = new ArrayList<>();
        candidates.forEach((tensor, schemes) -> {
            if (schemes.stream().anyMatch(other -> other.spelling().equals(scheme.spelling()))) {
                offered.add(new PlannedTensor(tensor.source(), scheme, null));
            }
        });
        return offered;
    }

    private Map<TensorKey, SchemeChoice.Measured> measure(
            SparkContext context,
            ConvertWork maker,
            Map<PlannedTensor, List<Scheme>> candidates,
            Map<String, Map<TensorKey, List<byte[]>>> surveyed) {
        List<List<PlannedTensor>> shares = Shares.of(
                List.copyOf(candidates.keySet()),
                PlannedTensor::bytesBefore,
                Parallelism.of(context).tasks() * Shares.TASKS_EACH);
        List<MeasureWork> works = new ArrayList<>();
        for (List<PlannedTensor> share : shares) {
            List<List<MeasureWork.Candidate>> ofShare = new ArrayList<>();
            for (PlannedTensor tensor : share) {
                List<MeasureWork.Candidate> ofTensor = new ArrayList<>();
                for (Scheme scheme : candidates.get(tensor)) {
                    ofTensor.add(new MeasureWork.Candidate(
                            scheme, surveyed.get(scheme.spelling()).get(TensorKey.of(tensor.source()))));
                }
                ofShare.add(List.copyOf(ofTensor));
            }
            works.add(new MeasureWork(maker.of(0, works.size(), share, Map.of()), List.copyOf(ofShare)));
        }
        List<List<double[][]>> results =
                Conversion.measure(context, new SerializableConfiguration(configuration), works);
        Map<TensorKey, SchemeChoice.Measured> measured = new HashMap<>();
        for (int share = 0; share < shares.size(); share++) {
            for (int i = 0; i < shares.get(share).size(); i++) {
                PlannedTensor tensor = shares.get(share).get(i);
                measured.put(
                        TensorKey.of(tensor.source()),
                        options(results.get(share).get(i), candidates.get(tensor)));
            }
        }
        return measured;
    }

    private static SchemeChoice.Measured options(double[][] results, List<Scheme> candidates) {
        List<SchemeOption> options = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            options.add(
                    results[i] == null
                            ? null
                            : new SchemeOption(candidates.get(i), (long) results[i][0], results[i][1], results[i][2]));
        }
        return new SchemeChoice.Measured(options);
    }
}
