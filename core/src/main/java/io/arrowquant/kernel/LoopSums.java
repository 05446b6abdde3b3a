package io.arrowquant.kernel;

import static io.arrowquant.kernel.ScalarBlocks.ROUNDER;

/**
 * The steps of searches that go over elements: of each of many sub-blocks one element. Each is a loop of its own, short
 * enough for the compiler to make vectors of it.
 */
final class LoopSums {
    /** Numbers up to here are rounded right by adding and subtracting the rounder. */
    static final float DOMAIN = 4194303f;

    private LoopSums() {}

    /** {@code (x - origin) * inverse}, rounded to the nearest whole number and limited. */
    static void codes(float[] x, float[] origins, float[] inverses, float lowest, float highest, float[] codes) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float rounded = inverses[j] * (x[j] - origins[j]) + ROUNDER - ROUNDER;
            // Twice the greater of two numbers is their sum and the distance between them: exact for whole numbers.
            float raised = (rounded + lowest + Math.abs(rounded - lowest)) * 0.5f;
            codes[j] = (raised + highest - Math.abs(raised - highest)) * 0.5f;
        }
    }

    /** {@code x * inverse}, rounded to the nearest whole number and limited. */
    static void codes(float[] x, float[] inverses, float lowest, float highest, float[] codes) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float rounded = inverses[j] * x[j] + ROUNDER - ROUNDER;
            float raised = (rounded + lowest + Math.abs(rounded - lowest)) * 0.5f;
            codes[j] = (raised + highest - Math.abs(raised - highest)) * 0.5f;
        }
    }

    /** Adds the terms of the least squares problem of a scale alone, where errors weigh as much as squares of values. */
    static void addSymmetric(float[] x, float[] codes, float[] products, float[] squares) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float weight = x[j] * x[j];
            products[j] += weight * x[j] * codes[j];
            squares[j] += weight * codes[j] * codes[j];
        }
    }

    /** Adds the terms of the least squares problem of a scale and an offset. */
    static void addAffine(float[] x, float[] weights, float[] codes, float[] sums, float[] squares, float[] products) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float weighted = weights[j] * codes[j];
            sums[j] += weighted;
            squares[j] += weighted * codes[j];
            products[j] += weighted * x[j];
        }
    }

    static void addSquaredErrors(
            float[] x, float[] weights, float[] codes, float[] scales, float[] minimums, float[] errors) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float difference = scales[j] * codes[j] + minimums[j] - x[j];
            errors[j] += weights[j] * (difference * difference);
        }
    }

    static void addAbsoluteErrors(
            float[] x, float[] weights, float[] codes, float[] scales, float[] minimums, float[] errors) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float difference = scales[j] * codes[j] + minimums[j] - x[j];
            errors[j] += weights[j] * Math.abs(difference);
        }
    }

    /** The range of the values so far; NaN once there was one. */
    static void extend(float[] x, float[] lowest, float[] highest) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            lowest[j] = Math.min(lowest[j], x[j]);
            highest[j] = Math.max(highest[j], x[j]);
        }
    }

    static void addSquares(float[] x, float[] sums) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            sums[j] += x[j] * x[j];
        }
    }

    static void addMagnitudes(float[] x, float[] bases, float[] weights) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            weights[j] = bases[j] + Math.abs(x[j]);
        }
    }

    /**
     * Adds nothing where the code of an element that goes best with those of all others, rounded and limited, is the one it
     * has, and this arithmetic can tell.
     */
    static void addChanges(
            float[] x, float[] codes, float[] products, float[] squares, float lowest, float highest, float[] changes) {
        for (int j = 0; j < LoopSearch.AT_ONCE; j++) {
            float weight = x[j] * x[j];
            float otherProducts = products[j] - weight * x[j] * codes[j];
            float otherSquares = squares[j] - weight * codes[j] * codes[j];
            float wanted = x[j] * otherSquares / otherProducts;
            float rounded = wanted + ROUNDER - ROUNDER;
            float raised = (rounded + lowest + Math.abs(rounded - lowest)) * 0.5f;
            float code = (raised + highest - Math.abs(raised - highest)) * 0.5f;
            float beyond = Math.abs(wanted) - DOMAIN;
            changes[j] += Math.abs(code - codes[j]) + (beyond + Math.abs(beyond));
        }
    }
}
