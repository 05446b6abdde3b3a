package io.arrowquant.scheme.packed;

import io.arrowquant.kernel.Float16;
import io.arrowquant.tensor.DataType;

/**
 * The grid of one group: codes from 0 to 2^bits - 1, computed step by step in the type of the weights as
 * compressed-tensors does. Scales are stored as float16, which bounds them.
 */
final class Grid {
    private static final float LARGEST_HALF = 65504f;

    private final DataType dtype;
    private final boolean symmetric;
    private final int smallestZeroPoint;
    private final float lowest;
    private final float highest;
    /** What takes the place of a scale that is zero: the gap between one and the next number of the type. */
    private final float epsilon;

    private float scale;
    /** Between lowest and highest, as the reference computes with it; stored ones begin at zero. */
    private float zeroPoint;

    private boolean bounded;

    Grid(Settings settings, DataType dtype) {
        this.dtype = dtype;
        this.symmetric = settings.symmetric();
        this.smallestZeroPoint = settings.layout().smallestZeroPoint;
        this.lowest = -(1 << (settings.bits() - 1));
        this.highest = -lowest - 1;
        this.epsilon = dtype == DataType.BF16 ? 0x1p-7f : dtype == DataType.F16 ? 0x1p-10f : 0x1p-23f;
    }

    /** Fits the grid to values that lie, with zero, between {@code low <= 0} and {@code high >= 0}. */
    void fit(float low, float high) {
        float steps = highest - lowest;
        if (symmetric) {
            zeroPoint = 0f;
            scale = round(Math.max(-low, high) / (steps / 2));
        } else {
            scale = round(round(high - low) / steps);
            // NaN (0/0) becomes the middle.
            float exact = round(lowest - round(low / scale));
            float clamped = Math.min(Math.max(exact, lowest), highest);
            zeroPoint = Float.isNaN(clamped) ? 0f : (float) Math.rint(clamped);
            if (zeroPoint() < smallestZeroPoint) {
                zeroPoint = lowest + smallestZeroPoint;
                scale = round(high / (highest - zeroPoint));
            }
        }
        if (scale == 0f) {
            scale = epsilon;
        }
        bounded = scale > LARGEST_HALF;
        if (bounded) {
            scale = LARGEST_HALF;
        }
    }

    /** Whether the scale would be larger than float16 can say, and so may be no number of the type of the weights. */
    boolean isBounded() {
        return bounded;
    }

    float scale() {
        return scale;
    }

    /** What is added to a scaled value: the zero point as the reference computes with it. */
    float shift() {
        return zeroPoint;
    }

    /** The code that stands for zero. */
    int zeroPoint() {
        return (int) (zeroPoint - lowest);
    }

    int lowest() {
        return (int) lowest;
    }

    int highest() {
        return (int) highest;
    }

    void encode(float[] values, int offset, int count, byte[] codes, int codeOffset) {
        for (int i = 0; i < count; i++) {
            float scaled = round(values[offset + i] / scale);
            if (!symmetric) {
                scaled = round(scaled + zeroPoint);
            }
            float whole = (float) Math.rint(Math.min(Math.max(scaled, lowest), highest));
            codes[codeOffset + i] = (byte) (int) (whole - lowest);
        }
    }

    /** What a code stands for, in float32. */
    static float value(int code, int zeroPoint, short storedScale) {
        return (code - zeroPoint) * Float16.halfToFloat(storedScale);
    }

    private float round(float value) {
        return switch (dtype) {
            case BF16 -> Float16.brainToFloat(Float16.floatToBrain(value));
            case F16 -> Float16.halfToFloat(Float16.floatToHalf(value));
            default -> value;
        };
    }
}
