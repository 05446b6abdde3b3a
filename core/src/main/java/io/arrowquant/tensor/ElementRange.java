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
