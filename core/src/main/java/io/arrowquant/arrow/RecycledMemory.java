package io.arrowquant.arrow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Memory outside the heap in which large blocks are used again. The first touch of memory that is new costs as much as
 * quantizing what goes there, so a caller who drops one result before the next is made should not pay for it each time.
 * Little is held back: {@link #MOST_HELD}, and nothing once a block is asked for that none of those held fits.
 */
public final class RecycledMemory implements AllocationManager.Factory, AutoCloseable {
    /** Blocks from here on are held; smaller ones the C library keeps by itself. */
    private static final long SMALLEST_HELD = 1L << 20;

    /** Bytes held at most. */
    private static final long MOST_HELD = 64L << 20;

    private final ArrowBuf empty = new ArrowBuf(ReferenceManager.NO_OP, null, 0, MemoryUtil.allocateMemory(0));
    private final Deque<Block> held = new ArrayDeque<>();
    private long heldBytes;
    private boolean closed;

    private record Block(long address, long bytes) {}

    /** An allocator without a limit, of memory from here, that rounds no size. */
    public BufferAllocator newAllocator() {
        return new RootAllocator(RootAllocator.configBuilder()
                .listener(AllocationListener.NOOP)
                .maxAllocation(Long.MAX_VALUE)
                .roundingPolicy(exactly -> exactly)
                .allocationManagerFactory(this)
                .build());
    }

    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        return new Allocation(accountingAllocator, size);
    }

    @Override
    public ArrowBuf empty() {
        return empty;
    }

    /** Bytes that wait to be used again. */
    public synchronized long heldBytes() {
        return heldBytes;
    }

    private synchronized Block take(long size) {
        if (size >= SMALLEST_HELD) {
            for (Iterator<Block> blocks = held.iterator(); blocks.hasNext(); ) {
                Block block = blocks.next();
                // A quarter more than was asked for is little enough not to matter.
                if (block.bytes() >= size && block.bytes() - size <= size / 4) {
                    blocks.remove();
                    heldBytes -= block.bytes();
                    return block;
                }
            }
            freeHeld();
        }
        return new Block(MemoryUtil.allocateMemory(size), size);
    }

    private synchronized void giveBack(Block block) {
        boolean fits = block.bytes() >= SMALLEST_HELD && heldBytes + block.bytes() <= MOST_HELD;
        if (fits && !closed) {
            held.addFirst(block);
            heldBytes += block.bytes();
        } else {
            MemoryUtil.freeMemory(block.address());
        }
    }

    private void freeHeld() {
        held.forEach(block -> MemoryUtil.freeMemory(block.address()));
        held.clear();
        heldBytes = 0;
    }

    /** Frees what is held; blocks still in use are freed when they are given back. */
    @Override
    public synchronized void close() {
        closed = true;
        freeHeld();
    }

    private final class Allocation extends AllocationManager {
        private final long size;
        private final Block block;

        Allocation(BufferAllocator accountingAllocator, long size) {
            super(accountingAllocator);
            this.size = size;
            this.block = take(size);
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        protected long memoryAddress() {
            return block.address();
        }

        @Override
        protected void release0() {
            giveBack(block);
        }
    }
}
