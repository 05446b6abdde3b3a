package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.ArrowSchema;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Arrays that a caller handed over through the C Data Interface. They belong to this object, which releases each of them
 * exactly once: when the batches are not needed any more, and whatever happens in between.
 */
public final class ForeignInput implements AutoCloseable {
    private final BufferAllocator allocator;
    private final ArrowSchema schema;
    private final ArrowArrayStream stream;
    private final List<ArrowArray> held = new ArrayList<>();
    private final ForeignType type;
    private ArrowArray only;

    private ForeignInput(BufferAllocator allocator, ArrowSchema schema, ArrowArrayStream stream, ArrowArray only) {
        this.allocator = allocator;
        this.schema = schema;
        this.stream = stream;
        this.only = only;
        try {
            if (stream != null) {
                getSchema();
            }
            this.type = ForeignType.read(schema.memoryAddress());
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    /** Takes an array and its schema over, by the addresses of their structs. */
    public static ForeignInput ofArray(BufferAllocator allocator, long schema, long array) {
        return new ForeignInput(allocator, ArrowSchema.wrap(schema), null, ArrowArray.wrap(array));
    }

    /** Takes a stream over, by the address of its struct. */
    public static ForeignInput ofStream(BufferAllocator allocator, long stream) {
        return new ForeignInput(allocator, ArrowSchema.allocateNew(allocator), ArrowArrayStream.wrap(stream), null);
    }

    private void getSchema() {
        try {
            stream.getSchema(schema);
        } catch (IOException failed) {
            throw new InvalidRequestException("The Arrow stream gives no schema: " + failed.getMessage(), "", failed);
        }
    }

    /** Refuses a table without the columns that layers need. */
    public void checkColumns() {
        LayerRows.checkColumns(type);
    }

    /** Adds the next batch to rows; false when there is none. What is added is valid until {@link #releaseBatches}. */
    public boolean addNext(LayerRows rows) {
        ForeignArray batch = next();
        if (batch == null) {
            return false;
        }
        rows.addBatch(batch);
        return true;
    }

    /** All batches that are left. */
    List<ForeignArray> all() {
        List<ForeignArray> batches = new ArrayList<>();
        for (ForeignArray batch = next(); batch != null; batch = next()) {
            batches.add(batch);
        }
        return batches;
    }

    private ForeignArray next() {
        if (stream == null) {
            ArrowArray array = only;
            only = null;
            if (array == null) {
                return null;
            }
            held.add(array);
            return ForeignArray.read(array.memoryAddress(), type);
        }
        ArrowArray array = ArrowArray.allocateNew(allocator);
        held.add(array);
        try {
            stream.getNext(array);
        } catch (IOException failed) {
            throw new InvalidRequestException("The Arrow stream broke off: " + failed.getMessage(), "", failed);
        }
        return isReleased(array) ? null : ForeignArray.read(array.memoryAddress(), type);
    }

    private static boolean isReleased(ArrowArray array) {
        return array.snapshot().release == 0;
    }

    /** Gives the batches read so far back to their producer. */
    public void releaseBatches() {
        for (ArrowArray array : held) {
            release(array);
        }
        held.clear();
    }

    private static void release(ArrowArray array) {
        if (!isReleased(array)) {
            array.release();
        }
        array.close();
    }

    @Override
    public void close() {
        releaseBatches();
        if (only != null) {
            release(only);
            only = null;
        }
        if (schema.snapshot().release != 0) {
            schema.release();
        }
        schema.close();
        if (stream != null && stream.snapshot().release != 0) {
            stream.release();
        }
    }
}
