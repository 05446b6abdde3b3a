package io.arrowquant.arrow;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;

/** Small pieces of memory, cut from few large ones and freed together. */
final class Arena implements AutoCloseable {
    private static final int ALIGNMENT = 64;
    private static final int BLOCK = 4096;

    private final BufferAllocator allocator;
    private final List<ArrowBuf> blocks = new ArrayList<>();
    private long next;
    private long end;

    Arena(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /** The address of {@code bytes} zeros, aligned as Arrow wishes. */
    long zeros(long bytes) {
        long rounded = (Math.max(1, bytes) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        if (rounded > end - next) {
            ArrowBuf block = allocator.buffer(Math.max(BLOCK, rounded) + ALIGNMENT);
            blocks.add(block);
            next = (block.memoryAddress() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
            end = block.memoryAddress() + block.capacity();
        }
        long address = next;
        next += rounded;
        MemoryUtil.setMemory(address, rounded, (byte) 0);
        return address;
    }

    /** The address of a copy of bytes. */
    long copy(byte[] bytes) {
        long address = zeros(bytes.length);
        if (bytes.length > 0) {
            MemoryUtil.copyToMemory(bytes, 0, address, bytes.length);
        }
        return address;
    }

    @Override
    public void close() {
        blocks.forEach(ArrowBuf::close);
        blocks.clear();
    }
}
