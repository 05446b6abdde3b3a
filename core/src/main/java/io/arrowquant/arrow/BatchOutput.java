package io.arrowquant.arrow;

import io.arrowquant.error.ResourceException;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/** The memory of a result, allocated once and of exactly the size that the plans add up to. */
final class BatchOutput implements AutoCloseable {
    final ArrowBuf data;
    final ArrowBuf scales;
    final ArrowBuf zeroPoints;
    final long dataBytes;
    final long scaleBytes;

    /** Gives every plan its place, in order. */
    BatchOutput(BufferAllocator allocator, List<LayerPlan> plans) {
        long data = 0;
        long scales = 0;
        for (LayerPlan plan : plans) {
            plan.dataAt = data;
            plan.scalesAt = scales;
            data = Math.addExact(data, plan.dataBytes());
            scales = Math.addExact(scales, plan.scaleBytes());
        }
        if (scales / Float.BYTES > Integer.MAX_VALUE) {
            throw new ResourceException(
                    "The groups of these layers are more than a list column holds",
                    "Quantize them in smaller batches, or with a larger group_size");
        }
        dataBytes = data;
        scaleBytes = scales;
        ArrowBuf first = null;
        ArrowBuf second = null;
        try {
            first = allocator.buffer(data);
            second = allocator.buffer(scales);
            this.zeroPoints = allocator.buffer(scales);
        } catch (RuntimeException tooMuch) {
            release(first);
            release(second);
            throw tooMuch;
        }
        this.data = first;
        this.scales = second;
    }

    private static void release(ArrowBuf buffer) {
        if (buffer != null) {
            buffer.close();
        }
    }

    /** Where a piece of a layer goes. Pieces begin at whole bytes and whole groups. */
    PieceEncoder.Slot slot(LayerPlan plan, long begin, long end) {
        long elements = plan.layer.elements();
        if (begin == 0 && end == elements) {
            return slot(plan, 0, plan.dataBytes(), 0, plan.scaleBytes());
        }
        long dataFrom = share(plan.dataBytes(), begin, elements, plan);
        long dataTo = end == elements ? plan.dataBytes() : share(plan.dataBytes(), end, elements, plan);
        if (!plan.hasScaleColumns()) {
            return slot(plan, dataFrom, dataTo, 0, 0);
        }
        long group = plan.scheme().unit(plan.layer.shape());
        long scalesFrom = begin / group * Float.BYTES;
        long scalesTo = end == elements ? plan.scaleBytes() : end / group * Float.BYTES;
        return slot(plan, dataFrom, dataTo, scalesFrom, scalesTo);
    }

    private PieceEncoder.Slot slot(LayerPlan plan, long dataFrom, long dataTo, long scalesFrom, long scalesTo) {
        return new PieceEncoder.Slot(
                data.memoryAddress() + plan.dataAt + dataFrom,
                dataTo - dataFrom,
                scales.memoryAddress() + plan.scalesAt + scalesFrom,
                zeroPoints.memoryAddress() + plan.scalesAt + scalesFrom,
                scalesTo - scalesFrom);
    }

    /** Bytes of data before an element. */
    private static long share(long bytes, long element, long elements, LayerPlan plan) {
        return plan.isKept() || !plan.hasScaleColumns()
                ? bytes / elements * element + bytes % elements * element / elements
                : element * plan.bitWidth() / Byte.SIZE;
    }

    /** Takes over what another output holds of a layer; {@code dataAt} and {@code scalesAt} are its places there. */
    void copyFrom(BatchOutput other, LayerPlan plan, long otherDataAt, long otherScalesAt) {
        MemoryUtil.copyMemory(
                other.data.memoryAddress() + otherDataAt, data.memoryAddress() + plan.dataAt, plan.dataBytes());
        MemoryUtil.copyMemory(
                other.scales.memoryAddress() + otherScalesAt,
                scales.memoryAddress() + plan.scalesAt,
                plan.scaleBytes());
        MemoryUtil.copyMemory(
                other.zeroPoints.memoryAddress() + otherScalesAt,
                zeroPoints.memoryAddress() + plan.scalesAt,
                plan.scaleBytes());
    }

    @Override
    public void close() {
        data.close();
        scales.close();
        zeroPoints.close();
    }
}
