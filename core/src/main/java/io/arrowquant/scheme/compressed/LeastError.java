package io.arrowquant.scheme.compressed;

import io.arrowquant.scheme.TorchSum;

/**
 * The observer "mse": shrinks the range of a slice step by step and keeps the range with the least sum of
 * {@code |error|^2.4}. All in the type of the weights; the power is rounded to it before it is added up.
 */
final class LeastError {
    /** Steps that are tried at most: ranges down to 81 % of the whole. */
    static final int STEPS = 20;

    private static final double STEP = 100.0;
    private static final double POWER = 2.4;

    private final SliceGrid grid;
    private final Precision precision;
    private final int steps;
    private final double power;
    private final TorchSum sum;
    /** The power of each positive number of 16 bits, once it was needed; null where there are too many numbers. */
    private final float[] powers;

    private final float[] divisor = new float[1];
    private final float[] zeroPoint = new float[1];
    private byte[] codes = new byte[0];
    private float[] terms = new float[0];
    private int improvements;

    LeastError(SliceGrid grid, Precision precision, int steps) {
        this.grid = grid;
        this.precision = precision;
        this.steps = steps;
        this.power = precision.round((float) POWER);
        this.powers = precision == Precision.SINGLE ? null : new float[1 << 15];
        this.sum = new TorchSum(precision == Precision.SINGLE ? 1 : 2);
    }

    /** Leaves the grid fitted to the best range. */
    void fit(float low, float high, float[] values, int offset, int count) {
        float least = precision.largest;
        float bestLow = low;
        float bestHigh = high;
        improvements = 0;
        for (int step = 0; step < steps; step++) {
            float share = (float) (1 - step / STEP);
            float stepLow = precision.round(low * share);
            float stepHigh = precision.round(high * share);
            grid.fit(stepLow, stepHigh);
            float error = error(values, offset, count);
            if (error < least) {
                least = error;
                bestLow = stepLow;
                bestHigh = stepHigh;
                improvements |= 1 << step;
            }
        }
        grid.fit(bestLow, bestHigh);
    }

    /** The steps at which the last slice improved, bit by bit. */
    int improvements() {
        return improvements;
    }

    private float error(float[] values, int offset, int count) {
        if (terms.length < count) {
            terms = new float[count];
            codes = new byte[count];
        }
        divisor[0] = grid.divisor();
        zeroPoint[0] = grid.zeroPoint();
        grid.encode(values, offset, 1, count, divisor, zeroPoint, codes, 0);
        grid.decode(codes, 0, count, terms, 0);
        for (int i = 0; i < count; i++) {
            terms[i] = term(Math.abs(precision.round(terms[i] - values[offset + i])));
        }
        return precision.round(sum.of(terms, count));
    }

    private float term(float error) {
        // No power of NaN is known; whether the magnitude of a NaN has a sign is up to the JVM.
        if (error == 0f || Float.isNaN(error)) {
            return error;
        }
        if (powers == null) {
            return power(error);
        }
        int bits = precision.bits(error);
        float known = powers[bits];
        if (known == 0f) {
            known = power(error);
            powers[bits] = known;
        }
        return known;
    }

    /** StrictMath, because the result must not depend on the machine. */
    private float power(float error) {
        return precision.round((float) StrictMath.pow(error, power));
    }
}
