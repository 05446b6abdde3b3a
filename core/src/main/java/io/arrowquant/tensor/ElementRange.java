package io.arrowquant.tensor;

import java.io.Serializable;

/** Consecutive elements of a flattened tensor: the unit of reading. */
public record ElementRange(long start, long count) implements Serializable {
    public ElementRange {
        if (start < 0 || count < 0) {
            throw new IllegalArgumentException("range " + start + " + " + count);
        }
        Math.addExact(start, count);
    }

    /** The least number of elements that is a multiple of both: where two kinds of units may be cut. */
    public static long leastCommonMultiple(long a, long b) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = x % y;
            x = y;
            y = rest;
        }
        return Math.multiplyExact(a / x, b);
    }

    public long end() {
        return start + count;
    }

    /** The bytes from the tensor's first byte to this range; starts on whole bytes only. */
    public long byteStart(DataType dtype) {
        return dtype.byteLength(start);
    }

    public long byteLength(DataType dtype) {
        return dtype.byteLength(count);
    }
}
