package io.arrowquant.scheme.ggml;

import io.arrowquant.Samples;
import java.util.Random;

/** Values that are hard on searches for scales, beside {@link Samples}. */
enum BlockSamples {
    NORMAL {
        @Override
        float next(Random random, int index) {
            return (float) (random.nextGaussian() * 0.02);
        }
    },
    BRAIN {
        @Override
        float next(Random random, int index) {
            return Float.intBitsToFloat(Float.floatToRawIntBits(NORMAL.next(random, index)) & 0xffff0000);
        }
    },
    /** Student's distribution with two degrees of freedom: outliers without end. */
    HEAVY_TAILS {
        @Override
        float next(Random random, int index) {
            return (float) (random.nextGaussian() / Math.sqrt(-Math.log(1 - random.nextDouble())));
        }
    },
    TINY {
        @Override
        float next(Random random, int index) {
            return NORMAL.next(random, index) * 1e-30f;
        }
    },
    SMALL_HALF_SCALES {
        @Override
        float next(Random random, int index) {
            return NORMAL.next(random, index) * 1e-6f;
        }
    },
    HUGE {
        @Override
        float next(Random random, int index) {
            return NORMAL.next(random, index) * 1e30f;
        }
    },
    /** Sub-blocks of many magnitudes, so that scales of some are stored as zero. */
    UNEVEN {
        @Override
        float next(Random random, int index) {
            return NORMAL.next(random, index) * (float) Math.scalb(1.0, -((index / 16 * 7) % 23));
        }
    },
    /** Mostly zeros. */
    SPARSE {
        @Override
        float next(Random random, int index) {
            return random.nextInt(12) == 0 ? NORMAL.next(random, index) : (random.nextBoolean() ? 0f : -0f);
        }
    },
    /** A few values next to each other, far from zero. */
    OFFSET {
        @Override
        float next(Random random, int index) {
            return 1000f + random.nextInt(3) * 0x1p-14f;
        }
    },
    NEGATIVE_OFFSET {
        @Override
        float next(Random random, int index) {
            return -1000f - random.nextInt(3) * 0x1p-14f;
        }
    },
    /** Whole numbers and halves: ties. */
    WHOLE {
        @Override
        float next(Random random, int index) {
            return (random.nextInt(65) - 32) * 0.5f;
        }
    },
    /** Every 16 elements of another kind, those of {@link Samples} among them. */
    MIXED {
        @Override
        float next(Random random, int index) {
            int kind = (index / 16 * 5 + index / 256) % (values().length - 1 + Samples.values().length);
            if (kind < values().length - 1) {
                return values()[kind].next(random, index);
            }
            return Samples.values()[kind - values().length + 1].array(1, random.nextLong())[0];
        }
    };

    abstract float next(Random random, int index);

    float[] array(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = next(random, i);
        }
        return values;
    }
}
