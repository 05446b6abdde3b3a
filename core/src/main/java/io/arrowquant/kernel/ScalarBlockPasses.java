package io.arrowquant.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Blocks with a scale in plain loops. */
final class ScalarBlockPasses implements BlockPassKernels {
    /** Elements of the blocks of most formats. */
    static final int ELEMENTS = 32;

    /** Magnitudes above these have the codes 1, 2 ... 7: halfway between the doubled values 0, 1, 2, 3, 4, 6, 8, 12. */
    static final float[] FOUR_BIT_LIMITS = {0.5f, 1.5f, 2.5f, 3.5f, 5f, 7f, 10f};

    static final int MAGNITUDE = 0x7fffffff;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public void farthest(float[] values, int offset, int blocks, int elements, float[] farthest) {
        for (int block = 0; block < blocks; block++) {
            farthest[block] = farthest(values, offset + block * elements, elements);
        }
    }

    static float farthest(float[] values, int offset, int count) {
        // Without the sign, the bits of floats are in the order of their magnitudes.
        int magnitude = 0;
        for (int i = offset; i < offset + count; i++) {
            magnitude = Math.max(magnitude, Float.floatToRawIntBits(values[i]) & MAGNITUDE);
        }
        int i = offset;
        while ((Float.floatToRawIntBits(values[i]) & MAGNITUDE) != magnitude) {
            i++;
        }
        // Adding zero to a minus zero gives zero.
        return values[i] + 0f;
    }

    @Override
    public void ranges(float[] values, int offset, int blocks, int elements, float[] lowest, float[] highest) {
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * elements;
            int low = Integer.MAX_VALUE;
            int high = Integer.MIN_VALUE;
            for (int i = from; i < from + elements; i++) {
                // Integers in the order of the floats: no additions that wait for each other, no branches.
                int ordered = ordered(Float.floatToRawIntBits(values[i]));
                low = Math.min(low, ordered);
                high = Math.max(high, ordered);
            }
            lowest[block] = Float.intBitsToFloat(ordered(low));
            highest[block] = Float.intBitsToFloat(ordered(high));
            if (lowest[block] == 0f || highest[block] == 0f) {
                // Zeros of both signs are equal: the first one counts.
                range(values, from, elements, block, lowest, highest);
            }
        }
    }

    /** Turns over all bits but the sign of negative numbers, and back. */
    private static int ordered(int bits) {
        return bits ^ ((bits >> 31) & MAGNITUDE);
    }

    @SuppressWarnings("IdentityBinaryExpression") // v - v is how the loop finds NaN and infinities
    static void range(float[] values, int offset, int count, int block, float[] lowest, float[] highest) {
        float low = Float.MAX_VALUE;
        float high = -Float.MAX_VALUE;
        // v - v is 0 for finite values and NaN for all others; NaN survives every addition.
        float finite = 0f;
        for (int i = offset; i < offset + count; i++) {
            float v = values[i];
            finite += v - v;
            low = v < low ? v : low;
            high = v > high ? v : high;
        }
        lowest[block] = low;
        highest[block] = finite == 0f ? high : Float.NaN;
    }

    @Override
    public boolean farthestOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] farthest) {
        boolean finite = true;
        for (int block = 0; block < blocks; block++) {
            float value = farthestOfBrain(stored, byteOffset + 2 * block * elements, elements);
            finite &= Float.isFinite(value);
            farthest[block] = value;
        }
        return finite;
    }

    @Override
    public boolean magnitudesOfBrain(byte[] stored, int byteOffset, int blocks, int elements, float[] magnitudes) {
        boolean finite = farthestOfBrain(stored, byteOffset, blocks, elements, magnitudes);
        for (int block = 0; block < blocks; block++) {
            magnitudes[block] = Math.abs(magnitudes[block]);
        }
        return finite;
    }

    static float farthestOfBrain(byte[] stored, int byteOffset, int count) {
        int magnitude = 0;
        int signed = 0;
        for (int i = 0; i < count; i++) {
            int bits = (short) SHORTS.get(stored, byteOffset + 2 * i);
            if ((bits & 0x7fff) > magnitude) {
                magnitude = bits & 0x7fff;
                signed = bits;
            }
        }
        return Float.intBitsToFloat(signed << 16);
    }

    @Override
    public boolean scales(float[] farthest, int blocks, float divisor, float[] scales, float[] inverses) {
        // The loops are apart so that the compiler can vectorise the divisions.
        for (int block = 0; block < blocks; block++) {
            scales[block] = farthest[block] / divisor;
            inverses[block] = 1f / scales[block];
        }
        boolean normal = true;
        for (int block = 0; block < blocks; block++) {
            float magnitude = Math.abs(scales[block]);
            normal &= magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE;
        }
        return normal;
    }

    @Override
    public void halves(float[] values, int count, byte[] target, int at, int stride) {
        for (int i = 0; i < count; i++) {
            SHORTS.set(target, at + i * stride, Float16.floatToHalf(values[i]));
        }
    }

    @Override
    public void round(float[] values, int offset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            int from = offset + block * ELEMENTS;
            int to = at + block * stride;
            for (int i = 0; i < ELEMENTS; i++) {
                target[to + i] = rounded(values[from + i] * inverses[block]);
            }
        }
    }

    @Override
    public void roundBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            int from = byteOffset + 2 * block * ELEMENTS;
            int to = at + block * stride;
            for (int i = 0; i < ELEMENTS; i++) {
                target[to + i] = rounded(Float16.brainAt(stored, from + 2 * i) * inverses[block]);
            }
        }
    }

    private static byte rounded(float value) {
        int whole = (int) value;
        // The rest is exact, and so is its double: a half or more of either sign counts as one.
        return (byte) (whole + (int) ((value - whole) * 2f));
    }

    @Override
    public void truncate(
            float[] values,
            int offset,
            int blocks,
            float[] origins,
            float[] inverses,
            float bias,
            int top,
            byte[] codes) {
        for (int block = 0; block < blocks; block++) {
            int first = block * ELEMENTS;
            float origin = origins[block];
            float inverse = inverses[block];
            for (int i = first; i < first + ELEMENTS; i++) {
                codes[i] = (byte) Math.min(top, (int) ((values[offset + i] - origin) * inverse + bias));
            }
        }
    }

    @Override
    public void truncateBrain(
            byte[] stored, int byteOffset, int blocks, float[] inverses, float bias, int top, byte[] codes) {
        for (int block = 0; block < blocks; block++) {
            int first = block * ELEMENTS;
            float inverse = inverses[block];
            for (int i = first; i < first + ELEMENTS; i++) {
                codes[i] = (byte) Math.min(top, (int) (Float16.brainAt(stored, byteOffset + 2 * i) * inverse + bias));
            }
        }
    }

    @Override
    public void fourBitFloats(float[] values, int offset, int blocks, int elements, float[] scales, byte[] codes) {
        for (int block = 0; block < blocks; block++) {
            float scale = scales[block];
            // Whole numbers of up to four bits times a scale are exact.
            float limit1 = FOUR_BIT_LIMITS[0] * scale;
            float limit2 = FOUR_BIT_LIMITS[1] * scale;
            float limit3 = FOUR_BIT_LIMITS[2] * scale;
            float limit4 = FOUR_BIT_LIMITS[3] * scale;
            float limit5 = FOUR_BIT_LIMITS[4] * scale;
            float limit6 = FOUR_BIT_LIMITS[5] * scale;
            float limit7 = FOUR_BIT_LIMITS[6] * scale;
            int first = block * elements;
            for (int i = first; i < first + elements; i++) {
                float magnitude = Math.abs(values[offset + i]);
                int code = above(magnitude, limit1)
                        + above(magnitude, limit2)
                        + above(magnitude, limit3)
                        + above(magnitude, limit4)
                        + above(magnitude, limit5)
                        + above(magnitude, limit6)
                        + above(magnitude, limit7);
                codes[i] = (byte) (code | (values[offset + i] < 0f && code != 0 ? 8 : 0));
            }
        }
    }

    @Override
    public void fourBitFloatsOfBrain(
            byte[] stored, int byteOffset, int blocks, int elements, float[] scales, byte[] codes) {
        for (int block = 0; block < blocks; block++) {
            float scale = scales[block];
            int first = block * elements;
            for (int i = first; i < first + elements; i++) {
                float value = Float16.brainAt(stored, byteOffset + 2 * i);
                float magnitude = Math.abs(value);
                int code = 0;
                for (int limit = 0; limit < FOUR_BIT_LIMITS.length; limit++) {
                    code += above(magnitude, FOUR_BIT_LIMITS[limit] * scale);
                }
                codes[i] = (byte) (code | (value < 0f && code != 0 ? 8 : 0));
            }
        }
    }

    @Override
    public void packHalves(byte[] codes, int blocks, byte[] target, int at, int stride) {
        for (int block = 0; block < blocks; block++) {
            int from = block * ELEMENTS;
            int to = at + block * stride;
            for (int i = 0; i < ELEMENTS / 2; i += Long.BYTES) {
                long low = (long) LONGS.get(codes, from + i);
                long high = (long) LONGS.get(codes, from + ELEMENTS / 2 + i);
                LONGS.set(target, to + i, low | high << 4);
            }
        }
    }

    /** One where the first is greater, else zero; for numbers that are not negative, without a branch. */
    private static int above(float a, float b) {
        return (Float.floatToRawIntBits(b) - Float.floatToRawIntBits(a)) >>> 31;
    }
}
