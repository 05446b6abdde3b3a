package io.arrowquant.spark.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToLongFunction;

/** Shares work out over tasks. */
final class Shares {
    /** For each task that can run at once: the last ones to end are then short. */
    static final int TASKS_EACH = 3;

    private Shares() {}

    /** At most so many lists of about the same sum of sizes: the largest first, each where least is. */
    static <T> List<List<T>> of(List<T> items, ToLongFunction<T> size, int most) {
        record Share<T>(List<T> items, long[] sum, int index) {}
        PriorityQueue<Share<T>> lightest = new PriorityQueue<>(
                Comparator.comparingLong((Share<T> share) -> share.sum()[0]).thenComparingInt(Share::index));
        List<List<T>> shares = new ArrayList<>();
        for (int i = 0; i < Math.min(most, items.size()); i++) {
            Share<T> share = new Share<>(new ArrayList<>(), new long[1], i);
            lightest.add(share);
            shares.add(share.items());
        }
        List<T> ordered = new ArrayList<>(items);
        ordered.sort(Comparator.comparingLong(size).reversed());
        for (T item : ordered) {
            Share<T> share = lightest.remove();
            share.items().add(item);
            share.sum()[0] += size.applyAsLong(item);
            lightest.add(share);
        }
        return shares;
    }
}
