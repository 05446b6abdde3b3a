package io.arrowquant.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;

class RecycledMemoryTest {
    private static final long MEGABYTE = 1L << 20;

    @Test
    void aLargeBlockIsUsedAgainForTheSameAndForALittleLess() {
        try (RecycledMemory memory = new RecycledMemory();
                BufferAllocator allocator = memory.newAllocator()) {
            long first = addressOf(allocator, 8 * MEGABYTE);
            assertThat(memory.heldBytes()).isEqualTo(8 * MEGABYTE);
            assertThat(addressOf(allocator, 8 * MEGABYTE)).isEqualTo(first);
            assertThat(addressOf(allocator, 7 * MEGABYTE)).isEqualTo(first);
            // The block is as large as it was, whatever part of it was used.
            assertThat(memory.heldBytes()).isEqualTo(8 * MEGABYTE);
        }
    }

    @Test
    void twoBuffersNeverShareABlock() {
        try (RecycledMemory memory = new RecycledMemory();
                BufferAllocator allocator = memory.newAllocator()) {
            addressOf(allocator, 2 * MEGABYTE);
            try (ArrowBuf one = allocator.buffer(2 * MEGABYTE);
                    ArrowBuf other = allocator.buffer(2 * MEGABYTE)) {
                assertThat(Math.abs(one.memoryAddress() - other.memoryAddress()))
                        .isGreaterThanOrEqualTo(2 * MEGABYTE);
                assertThat(one.capacity()).isEqualTo(2 * MEGABYTE);
                assertThat(allocator.getAllocatedMemory()).isEqualTo(4 * MEGABYTE);
            }
            assertThat(allocator.getAllocatedMemory()).isZero();
            assertThat(memory.heldBytes()).isEqualTo(4 * MEGABYTE);
        }
    }

    @Test
    void whatDoesNotFitIsNotHeldBesideWhatIsMade() {
        try (RecycledMemory memory = new RecycledMemory();
                BufferAllocator allocator = memory.newAllocator()) {
            addressOf(allocator, 8 * MEGABYTE);
            try (ArrowBuf small = allocator.buffer(4 * MEGABYTE)) {
                assertThat(small.capacity()).isEqualTo(4 * MEGABYTE);
                assertThat(memory.heldBytes()).isZero();
            }
        }
    }

    @Test
    void littleIsHeldAndSmallBlocksAreNot() {
        try (RecycledMemory memory = new RecycledMemory();
                BufferAllocator allocator = memory.newAllocator()) {
            addressOf(allocator, MEGABYTE - 1);
            addressOf(allocator, 65 * MEGABYTE);
            addressOf(allocator, 0);
            assertThat(memory.heldBytes()).isZero();
        }
    }

    @Test
    void afterClosingNothingIsHeld() {
        RecycledMemory memory = new RecycledMemory();
        try (BufferAllocator allocator = memory.newAllocator()) {
            addressOf(allocator, 2 * MEGABYTE);
            ArrowBuf outlives = allocator.buffer(3 * MEGABYTE);
            memory.close();
            assertThat(memory.heldBytes()).isZero();
            outlives.close();
            assertThat(memory.heldBytes()).isZero();
        }
    }

    private static long addressOf(BufferAllocator allocator, long bytes) {
        try (ArrowBuf buffer = allocator.buffer(bytes)) {
            return buffer.memoryAddress();
        }
    }
}
