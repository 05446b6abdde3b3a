package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.recipe.Plan;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.spark.read.RangeLayout;
import io.arrowquant.spark.read.ReadOptions;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sorts the tensors of a plan into groups, each of which one query can write. */
final class WriteGroups {
    /** Floats that one value of Spark can hold. */
    private static final long LARGEST_WHOLE = (Integer.MAX_VALUE - 16L) / Float.BYTES;

    /** The reader's own ranges suit nearly every scheme. */
    private static final long ANY_RANGE = 1;

    private static final long WHOLE = 0;

    /** {@code groupSize} is what ranges are cut by, or {@link #WHOLE}. */
    private record Key(String scheme, DataType dtype, long groupSize) {}

    private WriteGroups() {}

    static List<WriteGroup> of(Plan plan) {
        Map<Key, List<PlannedTensor>> sorted = new LinkedHashMap<>();
        for (PlannedTensor tensor : plan.tensors()) {
            sorted.computeIfAbsent(key(tensor), unused -> new ArrayList<>()).add(tensor);
        }
        List<WriteGroup> groups = new ArrayList<>();
        for (Map.Entry<Key, List<PlannedTensor>> entry : sorted.entrySet()) {
            Key key = entry.getKey();
            boolean whole = key.groupSize() == WHOLE;
            groups.add(new WriteGroup(
                    entry.getValue().get(0).scheme(),
                    key.dtype(),
                    whole,
                    whole ? ANY_RANGE : key.groupSize(),
                    List.copyOf(entry.getValue())));
        }
        return List.copyOf(groups);
    }

    private static Key key(PlannedTensor tensor) {
        if (!tensor.isQuantized()) {
            return new Key(null, tensor.source().info().dtype(), ANY_RANGE);
        }
        return new Key(tensor.scheme().spelling(), null, ranges(tensor));
    }

    /** By what the reader has to cut the tensor so as not to cut within one of the scheme's groups. */
    private static long ranges(PlannedTensor tensor) {
        TensorInfo info = tensor.source().info();
        Scheme scheme = tensor.scheme();
        long unit = scheme.unit(info.shape());
        for (long groupSize : new long[] {ANY_RANGE, Math.max(1, scheme.groupSize(info.shape()))}) {
            long step = rangeStep(info, groupSize);
            if (step >= info.elements() || (step > 0 && step % unit == 0)) {
                return groupSize;
            }
        }
        if (info.elements() > LARGEST_WHOLE) {
            throw new InvalidRequestException(
                    "Tensor '" + Printable.text(info.name()) + "' has " + info.elements() + " elements, and scheme "
                            + scheme.spelling() + " needs it whole, but a row of Spark holds at most " + LARGEST_WHOLE
                            + " floats",
                    "Give it another scheme with --layer, or leave it as it is with --skip");
        }
        return WHOLE;
    }

    /** Elements of a range as the reader cuts them, or 0 when it refuses ranges of that many groups. */
    private static long rangeStep(TensorInfo info, long groupSize) {
        try {
            return RangeLayout.step(info, ReadOptions.parse(Map.of("groupSize", Long.toString(groupSize))));
        } catch (InvalidRequestException tooLarge) {
            return 0;
        }
    }
}
