package io.arrowquant.arrow;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/** Puts the memory of a result into vectors, in the order of {@link ResultSchema}. */
final class ResultVectors {
    private final BufferAllocator allocator;
    private final List<LayerPlan> plans;
    private final int rows;

    private ResultVectors(BufferAllocator allocator, List<LayerPlan> plans) {
        this.allocator = allocator;
        this.plans = plans;
        this.rows = plans.size();
    }

    /** The table, which holds the memory of the output as well from now on. */
    static VectorSchemaRoot of(BufferAllocator allocator, List<LayerPlan> plans, BatchOutput output) {
        return new ResultVectors(allocator, plans).build(output);
    }

    private VectorSchemaRoot build(BatchOutput output) {
        boolean large = ResultSchema.isLarge(output);
        boolean withParts = ResultSchema.needsParts(plans);
        VectorSchemaRoot root = VectorSchemaRoot.create(ResultSchema.of(large, withParts), allocator);
        try {
            fillTexts((VarCharVector) root.getVector(ResultSchema.LAYER_NAME), plan -> plan.layer.name());
            fillData(root.getVector(ResultSchema.QUANTIZED_DATA), output, large);
            fillFloats((ListVector) root.getVector(ResultSchema.SCALES), output.scales, output.scaleBytes);
            fillFloats((ListVector) root.getVector(ResultSchema.ZERO_POINTS), output.zeroPoints, output.scaleBytes);
            fillShapes((ListVector) root.getVector(ResultSchema.SHAPE));
            UInt1Vector bitWidths = (UInt1Vector) root.getVector(ResultSchema.BIT_WIDTH);
            IntVector groupSizes = (IntVector) root.getVector(ResultSchema.GROUP_SIZE);
            bitWidths.allocateNew(rows);
            groupSizes.allocateNew(rows);
            for (int row = 0; row < rows; row++) {
                bitWidths.set(row, plans.get(row).bitWidth());
                groupSizes.set(row, plans.get(row).groupSize());
            }
            fillTexts((VarCharVector) root.getVector(ResultSchema.SCHEME), LayerPlan::label);
            if (withParts) {
                fillParts((MapVector) root.getVector(ResultSchema.PARTS));
            }
            root.setRowCount(rows);
            return root;
        } catch (RuntimeException | Error failed) {
            root.close();
            throw failed;
        }
    }

    /** Text that a layer gives. */
    private interface Text {
        String of(LayerPlan plan);
    }

    private void fillTexts(VarCharVector vector, Text text) {
        List<byte[]> values = new ArrayList<>(rows);
        long bytes = 0;
        for (LayerPlan plan : plans) {
            byte[] value = text.of(plan).getBytes(StandardCharsets.UTF_8);
            values.add(value);
            bytes += value.length;
        }
        vector.allocateNew(bytes, rows);
        for (int row = 0; row < rows; row++) {
            vector.set(row, values.get(row));
        }
    }

    private void fillData(FieldVector vector, BatchOutput output, boolean large) {
        try (ArrowBuf offsets = large ? offsets(LayerPlan::dataBytes) : narrowOffsets(LayerPlan::dataBytes, 1)) {
            vector.loadFieldBuffers(node(rows, 0), buffers(offsets, output.data));
        }
    }

    /** One list for each layer that has scales, and null for the others; a layer that is kept has an empty one. */
    private void fillFloats(ListVector lists, ArrowBuf values, long bytes) {
        long count = bytes / Float.BYTES;
        BaseFixedWidthVector elements = (BaseFixedWidthVector) lists.getDataVector();
        elements.loadFieldBuffers(node(count, 0), buffers(values));
        int nulls = 0;
        try (ArrowBuf offsets = narrowOffsets(LayerPlan::scaleBytes, Float.BYTES);
                ArrowBuf validity = allocator.buffer(BitVectorHelper.getValidityBufferSize(rows))) {
            validity.setZero(0, validity.capacity());
            for (int row = 0; row < rows; row++) {
                LayerPlan plan = plans.get(row);
                if (ResultSchema.hasScales(plan)) {
                    BitVectorHelper.setBit(validity, row);
                } else {
                    nulls++;
                }
            }
            lists.loadFieldBuffers(node(rows, nulls), List.of(validity, offsets));
        }
    }

    private void fillShapes(ListVector lists) {
        BaseFixedWidthVector elements = (BaseFixedWidthVector) lists.getDataVector();
        long count = 0;
        for (LayerPlan plan : plans) {
            count += plan.layer.shape().rank();
        }
        try (ArrowBuf offsets = narrowOffsets(plan -> plan.layer.shape().rank(), 1);
                ArrowBuf values = allocator.buffer(count * Long.BYTES)) {
            long at = 0;
            for (LayerPlan plan : plans) {
                for (long dimension : plan.layer.shape().toArray()) {
                    values.setLong(at, dimension);
                    at += Long.BYTES;
                }
            }
            elements.loadFieldBuffers(node(count, 0), buffers(values));
            lists.loadFieldBuffers(node(rows, 0), buffers(offsets));
        }
    }

    private void fillParts(MapVector maps) {
        StructVector entries = (StructVector) maps.getDataVector();
        VarCharVector names = (VarCharVector) entries.getChild(MapVector.KEY_NAME);
        VarBinaryVector values = (VarBinaryVector) entries.getChild(MapVector.VALUE_NAME);
        for (int row = 0; row < rows; row++) {
            ExtraParts extra = ExtraParts.of(plans.get(row));
            if (extra == null) {
                maps.setNull(row);
                continue;
            }
            int begin = maps.startNewValue(row);
            for (int i = 0; i < extra.names().size(); i++) {
                entries.setIndexDefined(begin + i);
                names.setSafe(begin + i, extra.names().get(i));
                values.setSafe(begin + i, extra.values().get(i));
            }
            maps.endValue(row, extra.names().size());
        }
    }

    private static ArrowFieldNode node(long length, long nulls) {
        return new ArrowFieldNode(length, nulls);
    }

    /** The buffers of a vector without nulls, which makes the validity buffer itself. */
    private List<ArrowBuf> buffers(ArrowBuf... rest) {
        List<ArrowBuf> buffers = new ArrayList<>();
        buffers.add(allocator.getEmpty());
        buffers.addAll(List.of(rest));
        return buffers;
    }

    private ArrowBuf narrowOffsets(ToLongFunction<LayerPlan> length, int unit) {
        ArrowBuf offsets = allocator.buffer((rows + 1L) * Integer.BYTES);
        long end = 0;
        offsets.setInt(0, 0);
        for (int row = 0; row < rows; row++) {
            end += length.applyAsLong(plans.get(row)) / unit;
            offsets.setInt((row + 1L) * Integer.BYTES, Math.toIntExact(end));
        }
        return offsets;
    }

    private ArrowBuf offsets(ToLongFunction<LayerPlan> length) {
        ArrowBuf offsets = allocator.buffer((rows + 1L) * Long.BYTES);
        long end = 0;
        offsets.setLong(0, 0);
        for (int row = 0; row < rows; row++) {
            end += length.applyAsLong(plans.get(row));
            offsets.setLong((row + 1L) * Long.BYTES, end);
        }
        return offsets;
    }
}
