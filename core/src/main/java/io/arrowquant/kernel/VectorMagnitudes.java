package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarInteger.BRAIN_INFINITY;
import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.MAX;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The largest magnitudes of groups, on the bits of values without their signs: these have the order of the magnitudes,
 * and what is not finite is above all else. See {@link VectorSpans} for why groups of one span, and of one
 * unit, have loops of their own.
 */
final class VectorMagnitudes {
    private static final int VECTOR_BYTES = BYTES.length();
    private static final int INFINITY = 0x7f800000;

    private VectorMagnitudes() {}

    static boolean ofBrain(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        int largest = 0;
        if (length == VectorSpans.LENGTH) {
            largest = brainSpans(stored, byteOffset, groups, magnitudes);
        } else if (length == GroupKernels.UNIT) {
            largest = brainUnits(stored, byteOffset, groups, magnitudes);
        } else {
            for (int group = 0; group < groups; group++) {
                int most = brainGroup(stored, byteOffset + 2 * group * length, length);
                largest = Math.max(largest, most);
                magnitudes[group] = Float.intBitsToFloat(most << 16);
            }
        }
        return largest < BRAIN_INFINITY;
    }

    private static int brainSpans(byte[] stored, int byteOffset, int spans, float[] magnitudes) {
        ShortVector unsigned = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int largest = 0;
        for (int span = 0; span < spans; span++) {
            ShortVector most = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            int begin = byteOffset + 2 * VectorSpans.LENGTH * span;
            for (int step = 0; step < 2 * VectorSpans.LENGTH / VECTOR_BYTES; step++) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, begin + step * VECTOR_BYTES));
                most = SHORT_VECTOR
                        .cast(most)
                        .max(SHORT_VECTOR.cast(loaded.reinterpretAsShorts()).and(unsigned));
            }
            int bits = SHORT_VECTOR.cast(most).reduceLanes(MAX);
            largest = Math.max(largest, bits);
            magnitudes[span] = Float.intBitsToFloat(bits << 16);
        }
        return largest;
    }

    private static int brainUnits(byte[] stored, int byteOffset, int units, float[] magnitudes) {
        ShortVector unsigned = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        int largest = 0;
        for (int unit = 0; unit < units; unit++) {
            ShortVector most = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            int begin = byteOffset + 2 * GroupKernels.UNIT * unit;
            for (int step = 0; step < 2 * GroupKernels.UNIT / VECTOR_BYTES; step++) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, begin + step * VECTOR_BYTES));
                most = SHORT_VECTOR
                        .cast(most)
                        .max(SHORT_VECTOR.cast(loaded.reinterpretAsShorts()).and(unsigned));
            }
            int bits = SHORT_VECTOR.cast(most).reduceLanes(MAX);
            largest = Math.max(largest, bits);
            magnitudes[unit] = Float.intBitsToFloat(bits << 16);
        }
        return largest;
    }

    private static int brainGroup(byte[] stored, int begin, int length) {
        ShortVector unsigned = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, Short.MAX_VALUE));
        ShortVector most = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        ShortVector others = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
        int pairs = 2 * length & -(2 * VECTOR_BYTES);
        for (int at = begin; at < begin + pairs; at += 2 * VECTOR_BYTES) {
            ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
            ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
            most = SHORT_VECTOR
                    .cast(most)
                    .max(SHORT_VECTOR.cast(a.reinterpretAsShorts()).and(unsigned));
            others = SHORT_VECTOR
                    .cast(others)
                    .max(SHORT_VECTOR.cast(b.reinterpretAsShorts()).and(unsigned));
        }
        for (int at = begin + pairs; at < begin + 2 * length; at += VECTOR_BYTES) {
            ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
            most = SHORT_VECTOR
                    .cast(most)
                    .max(SHORT_VECTOR.cast(a.reinterpretAsShorts()).and(unsigned));
        }
        return SHORT_VECTOR.cast(most).max(SHORT_VECTOR.cast(others)).reduceLanes(MAX);
    }

    static boolean ofStored(byte[] stored, int byteOffset, int groups, int length, float[] magnitudes) {
        int largest = 0;
        if (length == VectorSpans.LENGTH) {
            largest = spans(stored, byteOffset, groups, magnitudes);
        } else {
            for (int group = 0; group < groups; group++) {
                int most = group(stored, byteOffset + Float.BYTES * group * length, length);
                largest = Math.max(largest, most);
                magnitudes[group] = Float.intBitsToFloat(most);
            }
        }
        return largest < INFINITY;
    }

    private static int spans(byte[] stored, int byteOffset, int spans, float[] magnitudes) {
        IntVector unsigned = INT_VECTOR.cast(IntVector.broadcast(INTS, Integer.MAX_VALUE));
        int largest = 0;
        for (int span = 0; span < spans; span++) {
            IntVector most = INT_VECTOR.cast(IntVector.zero(INTS));
            int begin = byteOffset + Float.BYTES * VectorSpans.LENGTH * span;
            for (int step = 0; step < Float.BYTES * VectorSpans.LENGTH / VECTOR_BYTES; step++) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, begin + step * VECTOR_BYTES));
                most = INT_VECTOR
                        .cast(most)
                        .max(INT_VECTOR.cast(loaded.reinterpretAsInts()).and(unsigned));
            }
            int bits = INT_VECTOR.cast(most).reduceLanes(MAX);
            largest = Math.max(largest, bits);
            magnitudes[span] = Float.intBitsToFloat(bits);
        }
        return largest;
    }

    private static int group(byte[] stored, int begin, int length) {
        IntVector unsigned = INT_VECTOR.cast(IntVector.broadcast(INTS, Integer.MAX_VALUE));
        IntVector most = INT_VECTOR.cast(IntVector.zero(INTS));
        IntVector others = INT_VECTOR.cast(IntVector.zero(INTS));
        // Groups are whole numbers of two vectors.
        for (int at = begin; at < begin + Float.BYTES * length; at += 2 * VECTOR_BYTES) {
            ByteVector a = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at));
            ByteVector b = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, at + VECTOR_BYTES));
            most = INT_VECTOR
                    .cast(most)
                    .max(INT_VECTOR.cast(a.reinterpretAsInts()).and(unsigned));
            others = INT_VECTOR
                    .cast(others)
                    .max(INT_VECTOR.cast(b.reinterpretAsInts()).and(unsigned));
        }
        return INT_VECTOR.cast(most).max(INT_VECTOR.cast(others)).reduceLanes(MAX);
    }
}
