package io.arrowquant.arrow;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.c.ArrowArray;
import org.apache.arrow.c.jni.JniWrapper;
import org.apache.arrow.c.jni.PrivateData;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Arrays as structs of the C Data Interface, filled in by hand: Arrow's own exporter makes vectors, batches and copies of
 * them on the way, which takes longer than a small layer does. Consumers may move a child away and release its parent, so
 * every struct counts, and the memory goes with the last of them.
 */
final class ForeignTree {
    private static final int STRUCT_BYTES = 80;

    private final Arena arena;
    private final Runnable free;
    private final AtomicInteger structs = new AtomicInteger();

    /** Structs are made in the arena; {@code free} runs when the last of them is released. */
    ForeignTree(Arena arena, Runnable free) {
        this.arena = arena;
        this.free = free;
    }

    /** An array that is to be described. */
    record Node(long length, long nulls, long[] buffers, List<Node> children) {
        static Node of(long length, long... buffers) {
            return new Node(length, 0, buffers, List.of());
        }

        static Node nested(long length, long nulls, long[] buffers, Node... children) {
            return new Node(length, nulls, buffers, List.of(children));
        }
    }

    /** Fills in the struct of a whole tree, which is the consumer's from then on. */
    void export(ArrowArray target, Node root) {
        fill(target.memoryAddress(), root);
        // All of them count before any of them can be released.
        structs.set(count(root));
        own(target.memoryAddress(), root);
    }

    private static int count(Node node) {
        int count = 1;
        for (Node child : node.children()) {
            count += count(child);
        }
        return count;
    }

    private void fill(long struct, Node node) {
        long buffers = pointers(node.buffers());
        long[] children = new long[node.children().size()];
        for (int i = 0; i < children.length; i++) {
            children[i] = arena.zeros(STRUCT_BYTES);
            fill(children[i], node.children().get(i));
        }
        long[] words = {
            node.length(),
            node.nulls(),
            0,
            node.buffers().length,
            children.length,
            buffers,
            children.length == 0 ? 0 : pointers(children),
            0 // No dictionary: the memory need not have been zeros.
        };
        for (int i = 0; i < words.length; i++) {
            MemoryUtil.putLong(struct + (long) i * Long.BYTES, words[i]);
        }
    }

    private long pointers(long[] values) {
        long address = arena.zeros((long) values.length * Long.BYTES);
        for (int i = 0; i < values.length; i++) {
            MemoryUtil.putLong(address + (long) i * Long.BYTES, values[i]);
        }
        return address;
    }

    /** Gives the struct and those below it their release callbacks. */
    private void own(long struct, Node node) {
        long children = MemoryUtil.getLong(struct + 6L * Long.BYTES);
        for (int i = 0; i < node.children().size(); i++) {
            own(
                    MemoryUtil.getLong(children + (long) i * Long.BYTES),
                    node.children().get(i));
        }
        PrivateData release = this::released;
        JniWrapper.get().exportArray(struct, release);
    }

    private void released() {
        if (structs.decrementAndGet() == 0) {
            free.run();
        }
    }
}
