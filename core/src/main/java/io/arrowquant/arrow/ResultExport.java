package io.arrowquant.arrow;

import io.arrowquant.arrow.ForeignTree.Node;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * A result as a struct of the C Data Interface, with the columns of {@link ResultSchema}. The memory of the output is
 * handed over as it is; what is small is laid out beside it.
 */
final class ResultExport {
    private final List<LayerPlan> plans;
    private final Arena arena;
    private final int rows;

    private ResultExport(List<LayerPlan> plans, Arena arena) {
        this.plans = plans;
        this.arena = arena;
        this.rows = plans.size();
    }

    /** Fills in {@code target}. The output stays the caller's to close; the consumer holds its buffers, too. */
    static void export(BufferAllocator allocator, List<LayerPlan> plans, BatchOutput output, ArrowArray target) {
        Arena arena = new Arena(allocator);
        List<ArrowBuf> held = List.of(output.data, output.scales, output.zeroPoints);
        held.forEach(buffer -> buffer.getReferenceManager().retain());
        Runnable free = () -> {
            held.forEach(ArrowBuf::close);
            arena.close();
        };
        try {
            Node root = new ResultExport(plans, arena).root(output);
            new ForeignTree(arena, free).export(target, root);
        } catch (RuntimeException | Error failed) {
            free.run();
            throw failed;
        }
    }

    private Node root(BatchOutput output) {
        List<Node> columns = new ArrayList<>(List.of(
                texts(plan -> plan.layer.name()),
                Node.of(rows, 0, dataOffsets(output), output.data.memoryAddress()),
                floats(output.scales.memoryAddress()),
                floats(output.zeroPoints.memoryAddress()),
                shapes(),
                bitWidths(),
                texts(LayerPlan::label),
                groupSizes()));
        if (ResultSchema.needsParts(plans)) {
            columns.add(parts());
        }
        return new Node(rows, 0, new long[1], columns);
    }

    private long dataOffsets(BatchOutput output) {
        return ResultSchema.isLarge(output) ? wideOffsets() : offsets(LayerPlan::dataBytes, 1);
    }

    private long wideOffsets() {
        long address = arena.zeros((rows + 1L) * Long.BYTES);
        long end = 0;
        for (int row = 0; row < rows; row++) {
            end += plans.get(row).dataBytes();
            MemoryUtil.putLong(address + (row + 1L) * Long.BYTES, end);
        }
        return address;
    }

    private long offsets(ToLongFunction<LayerPlan> length, int unit) {
        long address = arena.zeros((rows + 1L) * Integer.BYTES);
        long end = 0;
        for (int row = 0; row < rows; row++) {
            end += length.applyAsLong(plans.get(row)) / unit;
            MemoryUtil.putInt(address + (row + 1L) * Integer.BYTES, Math.toIntExact(end));
        }
        return address;
    }

    private Node texts(Function<LayerPlan, String> text) {
        List<byte[]> values = new ArrayList<>(rows);
        for (LayerPlan plan : plans) {
            values.add(text.apply(plan).getBytes(StandardCharsets.UTF_8));
        }
        return bytes(values);
    }

    /** A column of strings or binaries. */
    private Node bytes(List<byte[]> values) {
        long total = 0;
        for (byte[] value : values) {
            total += value.length;
        }
        long offsets = arena.zeros((values.size() + 1L) * Integer.BYTES);
        long data = arena.zeros(total);
        int end = 0;
        for (int i = 0; i < values.size(); i++) {
            byte[] value = values.get(i);
            if (value.length > 0) {
                MemoryUtil.copyToMemory(value, 0, data + end, value.length);
            }
            end = Math.addExact(end, value.length);
            MemoryUtil.putInt(offsets + (i + 1L) * Integer.BYTES, end);
        }
        return Node.of(values.size(), 0, offsets, data);
    }

    /** One list for each layer that has scales, and null for the others; a layer that is kept has an empty one. */
    private Node floats(long values) {
        long count = 0;
        long nulls = 0;
        for (LayerPlan plan : plans) {
            count += plan.scaleBytes() / Float.BYTES;
            nulls += ResultSchema.hasScales(plan) ? 0 : 1;
        }
        long validity = nulls == 0 ? 0 : validity(ResultSchema::hasScales);
        long[] buffers = {validity, offsets(LayerPlan::scaleBytes, Float.BYTES)};
        return Node.nested(rows, nulls, buffers, Node.of(count, 0, values));
    }

    private long validity(Predicate<LayerPlan> isThere) {
        long address = arena.zeros((rows + 7L) / Byte.SIZE);
        for (int row = 0; row < rows; row++) {
            if (isThere.test(plans.get(row))) {
                long at = address + row / Byte.SIZE;
                MemoryUtil.putByte(at, (byte) (MemoryUtil.getByte(at) | 1 << row % Byte.SIZE));
            }
        }
        return address;
    }

    private Node shapes() {
        long count = 0;
        for (LayerPlan plan : plans) {
            count += plan.layer.shape().rank();
        }
        long values = arena.zeros(count * Long.BYTES);
        long at = values;
        for (LayerPlan plan : plans) {
            for (int i = 0; i < plan.layer.shape().rank(); i++, at += Long.BYTES) {
                MemoryUtil.putLong(at, plan.layer.shape().dimension(i));
            }
        }
        long[] buffers = {0, offsets(plan -> plan.layer.shape().rank(), 1)};
        return Node.nested(rows, 0, buffers, Node.of(count, 0, values));
    }

    private Node bitWidths() {
        long values = arena.zeros(rows);
        for (int row = 0; row < rows; row++) {
            MemoryUtil.putByte(values + row, (byte) plans.get(row).bitWidth());
        }
        return Node.of(rows, 0, values);
    }

    private Node groupSizes() {
        long values = arena.zeros((long) rows * Integer.BYTES);
        for (int row = 0; row < rows; row++) {
            MemoryUtil.putInt(
                    values + (long) row * Integer.BYTES, plans.get(row).groupSize());
        }
        return Node.of(rows, 0, values);
    }

    private Node parts() {
        List<byte[]> names = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        long nulls = 0;
        for (LayerPlan plan : plans) {
            ExtraParts extra = ExtraParts.of(plan);
            nulls += extra == null ? 1 : 0;
            if (extra != null) {
                names.addAll(extra.names());
                values.addAll(extra.values());
            }
        }
        Node entries = Node.nested(names.size(), 0, new long[1], bytes(names), bytes(values));
        long validity = nulls == 0 ? 0 : validity(plan -> ExtraParts.of(plan) != null);
        return Node.nested(rows, nulls, new long[] {validity, offsets(ExtraParts::count, 1)}, entries);
    }
}
