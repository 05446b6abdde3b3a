package io.arrowquant.scheme;

import java.util.Arrays;

/** Growing byte arrays, one for each part, that an encoder appends to. Cleared and reused between ranges. */
public final class PartBuffers {
    private static final int SMALLEST = 256;

    private final byte[][] arrays;
    private final int[] lengths;

    public PartBuffers(int parts) {
        arrays = new byte[parts][];
        Arrays.fill(arrays, new byte[0]);
        lengths = new int[parts];
    }

    public int parts() {
        return arrays.length;
    }

    /** Makes room for more bytes of a part and counts them as written; returns where they begin in its array. */
    public int append(int part, int bytes) {
        int begin = lengths[part];
        int end = Math.addExact(begin, bytes);
        if (arrays[part].length < end) {
            arrays[part] = Arrays.copyOf(arrays[part], capacity(begin, end));
        }
        lengths[part] = end;
        return begin;
    }

    /** Larger by half, and not beyond what a Java array can hold unless that much is needed. */
    static int capacity(int begin, int end) {
        long generous = Math.min(Integer.MAX_VALUE - 16L, (long) begin + (begin >> 1) + SMALLEST);
        return (int) Math.max(generous, end);
    }

    /** Makes an array of its own length the content of a part that is empty, without a copy. */
    public void give(int part, byte[] content) {
        if (lengths[part] != 0) {
            throw new IllegalStateException("part " + part + " has " + lengths[part] + " bytes already");
        }
        arrays[part] = content;
        lengths[part] = content.length;
    }

    /** Makes the array of a part large enough for a number of bytes, so that appending does not grow it. */
    public void reserve(int part, int bytes) {
        if (arrays[part].length < bytes) {
            arrays[part] = Arrays.copyOf(arrays[part], bytes);
        }
    }

    /** The array of a part; only {@link #length} bytes of it count, and it is replaced when it grows. */
    public byte[] array(int part) {
        return arrays[part];
    }

    /** All arrays, as decoders take them. */
    public byte[][] arrays() {
        return arrays;
    }

    public int length(int part) {
        return lengths[part];
    }

    public byte[] toByteArray(int part) {
        return Arrays.copyOf(arrays[part], lengths[part]);
    }

    /** Takes bytes away from the front of a part; the rest moves up. */
    public void removeFirst(int part, int bytes) {
        lengths[part] -= bytes;
        System.arraycopy(arrays[part], bytes, arrays[part], 0, lengths[part]);
    }

    public void clear() {
        Arrays.fill(lengths, 0);
    }
}
