package io.arrowquant.spark.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.util.CollectionAccumulator;

/**
 * The records that reached this driver, for each Spark application in it. At most {@value #MOST_KEPT} are kept; the
 * oldest go first.
 */
public final class PartitionRecords {
    private static final int MOST_KEPT = 100_000;
    private static final Map<SparkContext, PartitionRecords> BY_CONTEXT = new WeakHashMap<>();

    /** One task of one stage; the attempt that arrives last stands. */
    private record Task(int stage, int partition) {}

    private final CollectionAccumulator<String> incoming = new CollectionAccumulator<>();
    private final LinkedHashMap<Task, PartitionRecord> records = new LinkedHashMap<>();

    private PartitionRecords() {}

    /** The records of an application; made, and its accumulator registered, when first asked for. */
    public static PartitionRecords of(SparkContext context) {
        synchronized (BY_CONTEXT) {
            PartitionRecords records = BY_CONTEXT.get(context);
            if (records == null) {
                records = new PartitionRecords();
                // Without a name: named accumulators put their whole list into every event of the listener bus.
                context.register(records.incoming);
                BY_CONTEXT.put(context, records);
            }
            return records;
        }
    }

    /** What tasks report to. Every part of the plugin that runs in tasks carries it along. */
    public CollectionAccumulator<String> sink() {
        drain();
        return incoming;
    }

    /** All records, oldest first. */
    public List<PartitionRecord> all() {
        drain();
        synchronized (records) {
            return new ArrayList<>(records.values());
        }
    }

    /** The records of one query or job. */
    public List<PartitionRecord> ofQuery(String queryId) {
        List<PartitionRecord> found = new ArrayList<>();
        for (PartitionRecord record : all()) {
            if (record.queryId().equals(queryId)) {
                found.add(record);
            }
        }
        return found;
    }

    private void drain() {
        List<String> arrived;
        // The accumulator locks itself while it merges, so nothing is lost between these two calls.
        synchronized (incoming) {
            arrived = incoming.value();
            incoming.reset();
        }
        synchronized (records) {
            for (String text : arrived) {
                PartitionRecord record = PartitionRecord.deserialize(text);
                Task task = new Task(record.stage(), record.partition());
                records.remove(task);
                records.put(task, record);
            }
            while (records.size() > MOST_KEPT) {
                records.remove(records.keySet().iterator().next());
            }
        }
    }
}
