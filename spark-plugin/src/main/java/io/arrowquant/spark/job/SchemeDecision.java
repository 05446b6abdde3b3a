package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.SchemeChoice;
import io.arrowquant.recipe.SchemeOption;
import io.arrowquant.spark.compat.Parallelism;
import io.arrowquant.spark.convert.Conversion;
import io.arrowquant.spark.convert.ConvertFile;
import io.arrowquant.spark.convert.MeasureWork;
import java.util.ArrayList;
import java.util.HashMap;
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
        List<List<PlannedTensor>> units = choice.units();
        List<PlannedTensor> tensors = new ArrayList<>();
        units.forEach(tensors::addAll);
        Map<TensorKey, SchemeChoice.Measured> measured = measure(run, tensors, streams);
        run.stopIfEnding();
        run.beginPhase();
        List<SchemeChoice.Unit> measuredUnits = new ArrayList<>();
        for (List<PlannedTensor> unit : units) {
            measuredUnits.add(choice.unit(
                    unit,
                    unit.stream()
                            .map(tensor -> measured.get(TensorKey.of(tensor.source())))
                            .toList()));
        }
        return plan.choosing(measuredUnits, choice.choose(measuredUnits), choice.target());
    }

    private Map<TensorKey, SchemeChoice.Measured> measure(SparkRun run, List<PlannedTensor> tensors, Streams streams) {
        SparkContext context = run.context();
        List<List<PlannedTensor>> shares = Shares.of(
                tensors, PlannedTensor::bytesBefore, Parallelism.of(context).tasks() * Shares.TASKS_EACH);
        List<MeasureWork> works = new ArrayList<>();
        ConvertWork maker = new ConvertWork(plan);
        for (List<PlannedTensor> share : shares) {
            ConvertFile work = maker.of(0, works.size(), share, Map.of());
            works.add(new MeasureWork(work, choice.candidates()));
        }
        long bytes = plan.bytesToRead(tensors);
        Map<TensorKey, SchemeChoice.Measured> measured = new HashMap<>();
        try (Progress progress =
                new Progress(streams, new ProgressLine("measure", tensors.size(), bytes), run::progress)) {
            progress.start();
            List<List<double[][]>> results =
                    Conversion.measure(context, new SerializableConfiguration(configuration), works);
            for (int share = 0; share < shares.size(); share++) {
                for (int i = 0; i < shares.get(share).size(); i++) {
                    measured.put(
                            TensorKey.of(shares.get(share).get(i).source()),
                            options(results.get(share).get(i)));
                }
            }
        }
        return measured;
    }

    private SchemeChoice.Measured options(double[][] results) {
        List<SchemeOption> options = new ArrayList<>();
        for (int i = 0; i < results.length; i++) {
            options.add(
                    results[i] == null
                            ? null
                            : new SchemeOption(
                                    choice.candidates().get(i), (long) results[i][0], results[i][1], results[i][2]));
        }
        return new SchemeChoice.Measured(options);
    }
}
