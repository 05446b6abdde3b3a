package io.arrowquant.scheme;

import io.arrowquant.Samples;
import io.arrowquant.tensor.DataType;
import java.util.Random;

/** Elements as they are stored, of every kind that schemes may find hard, in each of the types they take. */
enum StoredSamples {
    WEIGHTS(false) {
        @Override
        float next(Random random, int index) {
            return (float) (random.nextGaussian() * 0.02);
        }
    },
    /** All on one side of zero, and not all different. */
    NEGATIVE(false) {
        @Override
        float next(Random random, int index) {
            return -3f - random.nextInt(7) * 0.25f;
        }
    },
    CONSTANT(false) {
        @Override
        float next(Random random, int index) {
            return -0.3f;
        }
    },
    ZEROS_OF_BOTH_SIGNS(false) {
        @Override
        float next(Random random, int index) {
            return random.nextBoolean() ? 0f : -0f;
        }
    },
    /** Mostly zeros, many groups of nothing else. */
    SPARSE(false) {
        @Override
        float next(Random random, int index) {
            return random.nextInt(40) == 0 ? WEIGHTS.next(random, index) : (random.nextBoolean() ? 0f : -0f);
        }
    },
    /** Runs of 16 elements with magnitudes of their own. */
    UNEVEN(false) {
        @Override
        float next(Random random, int index) {
            return WEIGHTS.next(random, index) * Math.scalb(1f, -((index / 16 * 7) % 23));
        }
    },
    /** What lies between two codes of grids whose scale is one, and of some whose scale is another power of two. */
    TIES(false) {
        @Override
        float next(Random random, int index) {
            float largest = LARGEST_CODES[index / 256 % LARGEST_CODES.length];
            if (index % 16 == 0) {
                return random.nextInt(4) == 0 ? largest : -largest;
            }
            if (random.nextBoolean()) {
                return (random.nextInt((int) (4 * largest) + 1) - 2 * largest) * 0.5f;
            }
            float fiveBits = Math.scalb(16f + random.nextInt(16), -random.nextInt(12));
            return (random.nextBoolean() ? fiveBits : -fiveBits) % largest;
        }
    },
    /** Ties of asymmetric grids of four bits. */
    ASYMMETRIC_TIES(false) {
        @Override
        float next(Random random, int index) {
            return Samples.TIES.array(16, index / 16)[index % 16];
        }
    },
    SUBNORMAL(true) {
        @Override
        int nextBits(Random random, DataType dtype) {
            return random.nextInt() & ~exponent(dtype);
        }
    },
    /** The largest numbers of both signs, and some a little smaller. */
    LARGEST(true) {
        @Override
        int nextBits(Random random, DataType dtype) {
            return (exponent(dtype) - 1 - random.nextInt(4)) | (random.nextInt() & sign(dtype));
        }
    },
    /** Every number is as likely as any other: all magnitudes side by side. */
    ANY_FINITE(true) {
        @Override
        int nextBits(Random random, DataType dtype) {
            int bits = random.nextInt();
            // With the exponent of NaN, only the lowest bit of that is cleared.
            return (bits & exponent(dtype)) == exponent(dtype) ? bits & ~Integer.lowestOneBit(exponent(dtype)) : bits;
        }
    },
    /** Everything there is, and many NaN and infinities. */
    ANY(true) {
        @Override
        int nextBits(Random random, DataType dtype) {
            int bits = random.nextInt();
            return switch (random.nextInt(50)) {
                case 0 -> bits | exponent(dtype);
                case 1 -> exponent(dtype) | (bits & sign(dtype));
                default -> bits;
            };
        }
    };

    private static final float[] LARGEST_CODES = {6f, 7f, 7.5f, 8f, 1f, 1.5f, 3.5f, 127f, 127.5f, 448f};

    private final boolean bitwise;

    StoredSamples(boolean bitwise) {
        this.bitwise = bitwise;
    }

    float next(Random random, int index) {
        throw new UnsupportedOperationException(name());
    }

    int nextBits(Random random, DataType dtype) {
        throw new UnsupportedOperationException(name());
    }

    byte[] array(DataType dtype, int count, long seed) {
        Random random = new Random(seed);
        if (!bitwise) {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = next(random, i);
            }
            return StoredTensor.of(dtype, count, values).bytes();
        }
        byte[] stored = new byte[count * dtype.bytes()];
        for (int i = 0; i < stored.length; i += dtype.bytes()) {
            int bits = nextBits(random, dtype);
            for (int k = 0; k < dtype.bytes(); k++) {
                stored[i + k] = (byte) (bits >> (8 * k));
            }
        }
        return stored;
    }

    private static int exponent(DataType dtype) {
        return switch (dtype) {
            case F32 -> 0x7f800000;
            case BF16 -> 0x7f80;
            case F16 -> 0x7c00;
            default -> throw new IllegalArgumentException(dtype.toString());
        };
    }

    private static int sign(DataType dtype) {
        return dtype == DataType.F32 ? Integer.MIN_VALUE : 0x8000;
    }
}
