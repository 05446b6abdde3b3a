package io.arrowquant.spark.write;

import io.arrowquant.tensor.ElementRange;
import java.util.Map;
import java.util.TreeMap;

/** Which elements of a tensor have arrived. Neighbouring pieces merge, so that pieces in order take no memory. */
final class ElementCoverage {
    /** What {@link #add} answers when nothing overlaps. */
    static final long NO_OVERLAP = -1;

    /** End by start, of ranges that neither overlap nor touch. */
    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    private long covered;

    /** Adds a range, or says which of its elements was there already and leaves everything as it was. */
    long add(ElementRange range) {
        if (range.count() == 0) {
            return NO_OVERLAP;
        }
        long start = range.start();
        long end = range.end();
        Map.Entry<Long, Long> before = ranges.floorEntry(start);
        if (before != null && before.getValue() > start) {
            return start;
        }
        Map.Entry<Long, Long> after = ranges.higherEntry(start);
        if (after != null && after.getKey() < end) {
            return after.getKey();
        }
        if (after != null && after.getKey() == end) {
            ranges.remove(end);
            end = after.getValue();
        }
        if (before != null && before.getValue() == start) {
            start = before.getKey();
        }
        ranges.put(start, end);
        covered += range.count();
        return NO_OVERLAP;
    }

    /** Elements that have arrived. */
    long covered() {
        return covered;
    }

    /** The first element that has not. */
    long firstMissing() {
        Map.Entry<Long, Long> first = ranges.firstEntry();
        return first == null || first.getKey() > 0 ? 0 : first.getValue();
    }
}
