package io.arrowquant.arrow;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.ResourceException;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;

/** Quantizes the layers of a table on several threads. The result depends on the input and the schemes alone. */
public final class BatchQuantizer {
    /** Fewer elements than this are not worth a second thread. */
    private static final long WORTH_A_THREAD = 1 << 17;

    private final BufferAllocator allocator;
    private final QuantizeOptions options;
    private final List<Failure> failures = new ArrayList<>();
    private List<LayerPlan> plans = new ArrayList<>();
    private BatchOutput output;

    private BatchQuantizer(BufferAllocator allocator, QuantizeOptions options) {
        this.allocator = allocator;
        this.options = options;
    }

    /** Quantizes all rows. Errors of rows are in the result; errors of the request itself are thrown. */
    public static QuantizedBatch quantize(BufferAllocator allocator, LayerRows rows, QuantizeOptions options) {
        return new BatchQuantizer(allocator, options).run(rows);
    }

    private QuantizedBatch run(LayerRows rows) {
        long begin = System.nanoTime();
        failures.addAll(rows.failures());
        for (Layer layer : rows.layers()) {
            plan(layer);
        }
        leaveOutWhatCannotMatter();
        long planned = System.nanoTime();
        boolean done = false;
        try {
            long limit = options.limit(weights());
            if (limit > 0 && !mustStop()) {
                chooseWithinBudget(limit);
                if (mustStop()) {
                    return failed();
                }
            }
            output = new BatchOutput(allocator, plans);
            encodeAll(plans);
            if (mustStop()) {
                return failed();
            }
            raiseWidths();
            if (mustStop()) {
                return failed();
            }
            if (limit > 0) {
                LayerCosts.require(outputBytes(), limit);
            }
            QuantizedBatch.Stages stages = new QuantizedBatch.Stages(planned - begin, System.nanoTime() - planned);
            QuantizedBatch result = new QuantizedBatch(plans, output, List.copyOf(failures), stages);
            done = true;
            return result;
        } catch (OutOfMemoryException tooMuch) {
            throw new ResourceException(
                    "The quantized layers need more memory than there is: " + tooMuch.getMessage(),
                    "Quantize smaller batches",
                    tooMuch);
        } finally {
            if (!done && output != null) {
                output.close();
            }
        }
    }

    private void plan(Layer layer) {
        try {
            plans.add(new LayerPlan(layer, options.policy().apply(layer)));
        } catch (ArrowQuantException unfit) {
            failures.add(Failure.of(layer.row(), layer.name(), unfit));
        }
    }

    /** When one failure fails all, layers after the first do not matter; those before it may yet fail. */
    private void leaveOutWhatCannotMatter() {
        if (mustStop()) {
            long first = failures.get(0).row();
            plans.removeIf(plan -> plan.layer.row() > first);
        }
    }

    private boolean mustStop() {
        failures.sort(Comparator.comparingLong(Failure::row));
        return !options.continueOnError() && !failures.isEmpty();
    }

    private QuantizedBatch failed() {
        return new QuantizedBatch(List.of(), null, List.of(failures.get(0)), new QuantizedBatch.Stages(0, 0));
    }

    private boolean measures(LayerPlan plan) {
        return !plan.isKept() && (options.measure() || plan.choice().hasThreshold());
    }

    /** A part of a layer for one thread. */
    private record Piece(int plan, long begin, long end) {}

    private static List<Piece> pieces(List<LayerPlan> plans) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            List<Long> cuts = plans.get(i).cuts();
            for (int cut = 1; cut < cuts.size(); cut++) {
                pieces.add(new Piece(i, cuts.get(cut - 1), cuts.get(cut)));
            }
        }
        return pieces;
    }

    private long weights() {
        long weights = 0;
        for (LayerPlan plan : plans) {
            weights += plan.layer.elements();
        }
        return weights;
    }

    private int threads(List<LayerPlan> work) {
        long elements = 0;
        for (LayerPlan plan : work) {
            elements += plan.layer.elements();
        }
        return (int) Math.max(1, Math.min(options.threads(), elements / WORTH_A_THREAD));
    }

    /** Encodes layers into their places. Those that cannot be encoded become failures and leave the plans. */
    private void encodeAll(List<LayerPlan> work) {
        Results results = new Results(work);
        List<Piece> pieces = results.pieces;
        Workers.run(threads(work), pieces.size(), () -> {
            PieceEncoder encoder = new PieceEncoder(options.nonFinite(), options.control());
            return task -> {
                Piece piece = pieces.get(task);
                LayerPlan plan = work.get(piece.plan());
                if (results.isPointless(piece.plan())) {
                    return;
                }
                ErrorStatistics errors = measures(plan) ? new ErrorStatistics() : null;
                boolean hasExtra = !plan.isKept() && !plan.hasScaleColumns();
                byte[][] extra = hasExtra ? PieceEncoder.extraOf(plan) : null;
                try {
                    PieceEncoder.Slot slot = output.slot(plan, piece.begin(), piece.end());
                    results.replaced[task] = encoder.encode(plan, piece.begin(), piece.end(), slot, errors, extra);
                    results.errors[task] = errors;
                    results.extra[task] = extra;
                    results.done(piece.plan(), options.control());
                } catch (ArrowQuantException bad) {
                    results.failed(task, piece.plan(), bad);
                }
            };
        });
        results.collect();
    }

    /** What the pieces of some layers gave. Each thread writes to places of its own. */
    private final class Results {
        private final List<LayerPlan> work;
        private final List<Piece> pieces;
        private final ErrorStatistics[] errors;
        private final byte[][][] extra;
        private final long[] replaced;
        private final ArrowQuantException[] failed;
        private final AtomicIntegerArray remaining;
        /** The lowest row that failed: rows after it need not be encoded when one failure fails all. */
        private final AtomicLong firstFailed = new AtomicLong(Long.MAX_VALUE);

        Results(List<LayerPlan> work) {
            this.work = work;
            this.pieces = pieces(work);
            this.errors = new ErrorStatistics[pieces.size()];
            this.extra = new byte[pieces.size()][][];
            this.replaced = new long[pieces.size()];
            this.failed = new ArrowQuantException[pieces.size()];
            this.remaining = new AtomicIntegerArray(work.size());
            for (Piece piece : pieces) {
                remaining.incrementAndGet(piece.plan());
            }
        }

        boolean isPointless(int plan) {
            return !options.continueOnError() && work.get(plan).layer.row() > firstFailed.get();
        }

        void done(int plan, ControlBlock control) {
            if (remaining.decrementAndGet(plan) == 0 && work.get(plan).announce()) {
                control.completed(work.get(plan).layer.row());
            }
        }

        void failed(int task, int plan, ArrowQuantException bad) {
            failed[task] = bad;
            firstFailed.accumulateAndGet(work.get(plan).layer.row(), Math::min);
        }

        /** Gives every layer what its pieces found, in order; the first failure of a layer is the layer's. */
        void collect() {
            List<LayerPlan> lost = new ArrayList<>();
            for (LayerPlan plan : work) {
                plan.errors = measures(plan) ? new ErrorStatistics() : null;
                plan.replaced = 0;
            }
            for (int task = 0; task < failed.length; task++) {
                LayerPlan plan = work.get(pieces.get(task).plan());
                if (failed[task] != null && !lost.contains(plan)) {
                    lost.add(plan);
                    failures.add(Failure.of(plan.layer.row(), plan.layer.name(), failed[task]));
                }
                if (errors[task] != null) {
                    plan.errors.merge(errors[task]);
                }
                plan.replaced += replaced[task];
                plan.extraParts = extra[task];
            }
            if (!lost.isEmpty() && options.continueOnError()) {
                rebuild(lost, List.of());
            }
        }
    }

    /** Gives layers that came out worse than they may the first of their next schemes that is good enough. */
    private void raiseWidths() {
        List<LayerPlan> tooFar = new ArrayList<>();
        for (LayerPlan plan : plans) {
            if (isTooFar(plan, plan.errors)) {
                tooFar.add(plan);
            }
        }
        if (tooFar.isEmpty()) {
            return;
        }
        Workers.run(threads(tooFar), tooFar.size(), () -> task -> raise(tooFar.get(task)));
        rebuild(List.of(), tooFar);
    }

    /** Chooses widths for the whole table; layers that cannot even be measured become failures. */
    private void chooseWithinBudget(long limit) {
        LayerCosts[] costs = new LayerCosts[plans.size()];
        Failure[] bad = new Failure[plans.size()];
        Workers.run(threads(plans), costs.length, () -> task -> {
            LayerPlan plan = plans.get(task);
            try {
                costs[task] = costs(plan);
            } catch (ArrowQuantException failed) {
                bad[task] = Failure.of(plan.layer.row(), plan.layer.name(), failed);
            }
        });
        List<LayerCosts> sound = new ArrayList<>();
        List<LayerPlan> soundPlans = new ArrayList<>();
        for (int i = 0; i < costs.length; i++) {
            if (bad[i] == null) {
                sound.add(costs[i]);
                soundPlans.add(plans.get(i));
            } else {
                failures.add(bad[i]);
            }
        }
        plans = soundPlans;
        int[] chosen = LayerCosts.choose(sound, limit);
        for (int i = 0; i < chosen.length; i++) {
            LayerPlan plan = plans.get(i);
            if (chosen[i] == LayerCosts.KEEP) {
                plan.giveUp();
            } else {
                plan.choose(chosen[i]);
            }
            plan.startHere();
        }
    }

    /** What a layer costs with each of its candidates; one that stays as it is need not be measured. */
    private LayerCosts costs(LayerPlan plan) {
        LayerCosts costs = new LayerCosts(plan.layer.byteLength());
        for (int i = 0; i < plan.choice().candidates().size(); i++) {
            plan.choose(i);
            ErrorSummary errors = measure(plan).summary();
            if (plan.choice().passes(errors.cosine())) {
                costs.add(i, plan.outputBytes(), errors);
            }
        }
        return costs;
    }

    private long outputBytes() {
        long total = 0;
        for (LayerPlan plan : plans) {
            total += plan.outputBytes();
        }
        return total;
    }

    private static boolean isTooFar(LayerPlan plan, ErrorStatistics errors) {
        return !plan.isKept()
                && plan.choice().hasThreshold()
                && errors != null
                && errors.summary().cosine() < plan.choice().minCosine();
    }

    /** Finds the first candidate that is good enough; without one the layer stays as it is. */
    private void raise(LayerPlan plan) {
        while (plan.hasNextCandidate()) {
            plan.choose(plan.candidate() + 1);
            if (measure(plan).summary().cosine() >= plan.choice().minCosine()) {
                return;
            }
        }
        plan.giveUp();
    }

    /** The errors of a layer with its current scheme, without keeping what it makes. */
    private ErrorStatistics measure(LayerPlan plan) {
        ErrorStatistics errors = new ErrorStatistics();
        PieceEncoder encoder = new PieceEncoder(options.nonFinite(), options.control());
        encoder.encode(plan, 0, plan.layer.elements(), null, errors, null);
        return errors;
    }

    /** A new output without the layers that are lost, with what was made before of those that did not change. */
    private void rebuild(List<LayerPlan> lost, List<LayerPlan> changed) {
        List<LayerPlan> kept = new ArrayList<>(plans);
        kept.removeAll(lost);
        long[][] places = new long[kept.size()][];
        for (int i = 0; i < places.length; i++) {
            places[i] = new long[] {kept.get(i).dataAt, kept.get(i).scalesAt};
        }
        BatchOutput before = output;
        try {
            output = new BatchOutput(allocator, kept);
            for (int i = 0; i < places.length; i++) {
                if (!changed.contains(kept.get(i))) {
                    output.copyFrom(before, kept.get(i), places[i][0], places[i][1]);
                }
            }
        } finally {
            if (output != before) {
                before.close();
            }
        }
        plans = kept;
        if (!changed.isEmpty()) {
            encodeAll(changed);
        }
    }
}
