package io.arrowquant.arrow;

import io.arrowquant.quality.ErrorSummary;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * The way out through the C Data Interface. The struct of an array lives in our memory until the consumer has moved its
 * content away, which shows in the struct itself; the memory of the columns lives until the consumer releases it.
 */
public final class CDataBridge {
    private final BufferAllocator allocator;
    private final ArrayDeque<ArrowArray> handedOver = new ArrayDeque<>();

    public CDataBridge(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /** Hands a result over; returns the address of its struct, valid until the consumer has moved it. */
    public long export(QuantizedBatch result) {
        return export(array -> result.export(allocator, array));
    }

    /** Hands a table over; returns the address of its struct, valid until the consumer has moved it. */
    public long export(VectorSchemaRoot table) {
        return export(array -> Data.exportVectorSchemaRoot(allocator, table, null, array));
    }

    private synchronized long export(Consumer<ArrowArray> filling) {
        sweep();
        ArrowArray array = ArrowArray.allocateNew(allocator);
        try {
            filling.accept(array);
        } catch (RuntimeException | Error failed) {
            array.close();
            throw failed;
        }
        handedOver.add(array);
        return array.memoryAddress();
    }

    /** Takes back what was handed over and nobody has moved away; for callers that failed in between. */
    public synchronized void takeBack(long address) {
        for (ArrowArray array : handedOver) {
            if (array.memoryAddress() == address && array.snapshot().release != 0) {
                array.release();
            }
        }
        sweep();
    }

    /** Frees the structs whose content the consumer has moved away. */
    public synchronized void sweep() {
        for (Iterator<ArrowArray> all = handedOver.iterator(); all.hasNext(); ) {
            ArrowArray array = all.next();
            if (array.snapshot().release == 0) {
                array.close();
                all.remove();
            }
        }
    }

    /** Releases everything that is still waiting to be moved. */
    public synchronized void close() {
        for (ArrowArray array : handedOver) {
            if (array.snapshot().release != 0) {
                array.release();
            }
        }
        sweep();
    }

    /** Decodes the results that a stream gives. */
    public static VectorSchemaRoot decode(BufferAllocator allocator, ForeignInput results, int threads) {
        return BatchDequantizer.decode(allocator, results.all(), threads);
    }

    /** Compares the results that a stream gives with the original layers. */
    public static Map<String, ErrorSummary> compare(LayerRows originals, ForeignInput results, int threads) {
        return BatchDequantizer.compare(originals, results.all(), threads);
    }
}
