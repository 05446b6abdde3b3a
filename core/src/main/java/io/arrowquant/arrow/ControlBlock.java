package io.arrowquant.arrow;

import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * A few words of the caller's memory, through which it stops the work and watches it without a call: word 0 is set by
 * the caller to stop, word 1 counts the rows done, and the words after it name them in the order in which they were
 * done. Address 0 means that nobody watches; one whose lowest bit is set has the first word only.
 */
public final class ControlBlock {
    public static final ControlBlock NONE = new ControlBlock(0);

    private static final long COUNT = Long.BYTES;
    private static final long ROWS = 2 * Long.BYTES;

    private final long address;
    private final boolean counts;

    public ControlBlock(long address) {
        this.address = address & ~1L;
        this.counts = address != 0 && (address & 1) == 0;
    }

    /** Ends the work of the thread that asks, when the caller wants it stopped. */
    public void checkCancelled() {
        if (address != 0 && MemoryUtil.getLong(address) != 0) {
            throw new CancellationException();
        }
    }

    /** The row is named before it is counted: whoever sees the count may read the name. */
    public synchronized void completed(long row) {
        if (counts) {
            long count = MemoryUtil.getLong(address + COUNT);
            MemoryUtil.putLong(address + ROWS + count * Long.BYTES, row);
            VarHandle.releaseFence();
            MemoryUtil.putLong(address + COUNT, count + 1);
        }
    }
}
