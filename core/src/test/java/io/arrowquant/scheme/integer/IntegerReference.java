package io.arrowquant.scheme.integer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The int family once more, straight from its definition: one element at a time, every float32 operation computed in a
 * wider type and rounded once, codes set bit by bit. Shares no code with the project.
 */
final class IntegerReference {
    private static final BigDecimal SMALLEST = new BigDecimal(Float.MIN_VALUE);

    final BitSet stream = new BitSet();
    final int[] codes;
    final float[] scales;
    final float[] zeroPoints;
    final float[] decoded;
    private final int bits;
    private final boolean symmetric;

    private IntegerReference(int elements, int groups, int bits, boolean symmetric) {
        this.codes = new int[elements];
        this.decoded = new float[elements];
        this.scales = new float[groups];
        this.zeroPoints = new float[groups];
        this.bits = bits;
        this.symmetric = symmetric;
    }

    static IntegerReference of(float[] values, int bits, boolean symmetric, long groupLength) {
        int groups = 0;
        for (long begin = 0; begin < values.length; begin += groupLength) {
            groups++;
        }
        IntegerReference result = new IntegerReference(values.length, groups, bits, symmetric);
        for (int group = 0; group < groups; group++) {
            int begin = (int) (group * groupLength);
            int end = (int) Math.min(values.length, begin + groupLength);
            result.group(values, begin, end, group);
        }
        return result;
    }

    /** Infinities as the largest finite magnitude of their group, NaN as zero. */
    static float[] clamped(float[] values, long groupLength) {
        float[] clamped = values.clone();
        for (int i = 0; i < values.length; i++) {
            if (Float.isNaN(values[i])) {
                clamped[i] = 0f;
            } else if (Float.isInfinite(values[i])) {
                int begin = (int) (i / groupLength * groupLength);
                float largest = 0f;
                for (int k = begin; k < Math.min(values.length, begin + groupLength); k++) {
                    if (Float.isFinite(values[k]) && Math.abs(values[k]) > largest) {
                        largest = Math.abs(values[k]);
                    }
                }
                clamped[i] = values[i] > 0 ? largest : -largest;
            }
        }
        return clamped;
    }

    private void group(float[] values, int begin, int end, int group) {
        double low = 0;
        double high = 0;
        for (int i = begin; i < end; i++) {
            if (values[i] < low) {
                low = values[i];
            }
            if (values[i] > high) {
                high = values[i];
            }
        }
        int top = (1 << bits) - 1;
        int half = 1 << (bits - 1);
        double scale = symmetric ? symmetricScale(Math.max(-low, high), half - 1) : asymmetricScale(low, high, top);
        long zeroPoint = symmetric ? half : Math.max(0, Math.min(top, halfEven(single(-low / scale))));
        scales[group] = (float) scale;
        zeroPoints[group] = zeroPoint;
        for (int i = begin; i < end; i++) {
            long steps = halfEven(single(values[i] / scale));
            long code = symmetric
                    ? Math.max(-(half - 1), Math.min(half - 1, steps)) + half
                    : Math.max(0, Math.min(top, steps + zeroPoint));
            put(i, (int) code);
            double value = single((code - zeroPoint) * scale);
            decoded[i] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value));
        }
    }

    private static double asymmetricScale(double low, double high, int top) {
        double scale = single(single(high / top) - single(low / top));
        if (scale >= Float.MIN_NORMAL) {
            return scale;
        }
        return low == high ? 1 : tiny(new BigDecimal(high).subtract(new BigDecimal(low)), top);
    }

    private static double symmetricScale(double largest, int levels) {
        double scale = single(largest / levels);
        if (scale >= Float.MIN_NORMAL) {
            return scale;
        }
        return largest == 0 ? 1 : tiny(new BigDecimal(largest), levels);
    }

    /** The smallest multiple of Float.MIN_VALUE that is at least spread / steps. */
    private static double tiny(BigDecimal spread, int steps) {
        BigInteger smallestUnits = spread.divide(SMALLEST).toBigIntegerExact();
        BigInteger[] parts = smallestUnits.divideAndRemainder(BigInteger.valueOf(steps));
        BigInteger multiple = parts[1].signum() == 0 ? parts[0] : parts[0].add(BigInteger.ONE);
        return SMALLEST.multiply(new BigDecimal(multiple)).doubleValue();
    }

    /** A double result of one operation on floats, as float32 arithmetic would have rounded it. */
    private static double single(double exactEnough) {
        return (float) exactEnough;
    }

    static long halfEven(double value) {
        double down = Math.floor(value);
        double rest = value - down;
        long whole = (long) down;
        if (rest == 0.5) {
            return whole % 2 == 0 ? whole : whole + 1;
        }
        return rest > 0.5 ? whole + 1 : whole;
    }

    private void put(int element, int code) {
        codes[element] = code;
        for (int bit = 0; bit < bits; bit++) {
            stream.set(element * bits + bit, (code >> bit & 1) == 1);
        }
    }

    byte[] packed() {
        int length = BigDecimal.valueOf((long) codes.length * bits)
                .divide(BigDecimal.valueOf(8), RoundingMode.CEILING)
                .intValueExact();
        return Arrays.copyOf(stream.toByteArray(), length);
    }
}
