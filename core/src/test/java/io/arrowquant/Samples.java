package io.arrowquant;

import java.util.Random;

/** Arrays of floats that tests feed to kernels and schemes. The same seed gives the same values, always. */
public enum Samples {
    /** Weights as they occur: a normal distribution around zero. */
    NORMAL {
        @Override
        float next(Random random, int index) {
            return (float) (random.nextGaussian() * 0.02);
        }
    },
    /** All on one side of zero. */
    POSITIVE {
        @Override
        float next(Random random, int index) {
            return 1f + random.nextFloat();
        }
    },
    NEGATIVE {
        @Override
        float next(Random random, int index) {
            return -3f - random.nextFloat();
        }
    },
    CONSTANT {
        @Override
        float next(Random random, int index) {
            return -0.3f;
        }
    },
    ZERO {
        @Override
        float next(Random random, int index) {
            return 0f;
        }
    },
    ZEROS_OF_BOTH_SIGNS {
        @Override
        float next(Random random, int index) {
            return random.nextBoolean() ? 0f : -0f;
        }
    },
    SUBNORMAL {
        @Override
        float next(Random random, int index) {
            return Float.intBitsToFloat(random.nextInt(0x800000) | (random.nextInt() & 0x80000000));
        }
    },
    SMALLEST {
        @Override
        float next(Random random, int index) {
            return Float.MIN_VALUE * (random.nextInt(5) - 2);
        }
    },
    LARGEST {
        @Override
        float next(Random random, int index) {
            return random.nextBoolean() ? 3.4e38f : -3.4e38f;
        }
    },
    /** Every finite bit pattern is as likely as any other: all magnitudes side by side. */
    ANY_FINITE {
        @Override
        float next(Random random, int index) {
            float value;
            do {
                value = Float.intBitsToFloat(random.nextInt());
            } while (!Float.isFinite(value));
            return value;
        }
    },
    /** Halves of small whole numbers, between extremes that make the scale of 4-bit groups exactly one. */
    TIES {
        @Override
        float next(Random random, int index) {
            return switch (index & 15) {
                case 0 -> 9f;
                case 1 -> -6f;
                default -> (random.nextInt(31) - 12) * 0.5f;
            };
        }
    };

    abstract float next(Random random, int index);

    /** {@code count} values of this kind. */
    public float[] array(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = next(random, i);
        }
        return values;
    }
}
