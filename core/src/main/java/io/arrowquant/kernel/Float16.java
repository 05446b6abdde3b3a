package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** IEEE half precision and bfloat16, to and from float, round to nearest with ties to even. */
public final class Float16 {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private Float16() {}

    /** A half-precision value; NaN payloads are kept as far as they fit. */
    public static float halfToFloat(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (mantissa << 13));
        }
        if (exponent == 0) {
            // Subnormal halves are normal floats: let the multiplication normalise.
            float magnitude = mantissa * 0x1p-24f;
            return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
        }
        return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (mantissa << 13));
    }

    public static short floatToHalf(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | ((magnitude >> 13) & 0x3ff));
        }
        if (magnitude >= 0x477ff000) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            // Below the smallest normal half: adding 0.5 leaves multiples of 2^-24 in the low bits, rounded to even.
            float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
            return (short) (sign | (Float.floatToRawIntBits(shifted) - 0x3f000000));
        }
        int rounded = magnitude + 0xfff + ((magnitude >> 13) & 1);
        return (short) (sign | ((rounded - 0x38000000) >> 13));
    }

    public static float brainToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** The bfloat16 that is stored at a place, little-endian. */
    static float brainAt(byte[] stored, int at) {
        return brainToFloat((short) SHORTS.get(stored, at));
    }

    public static short floatToBrain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > 0x7f800000) {
            // Keep a NaN a NaN when its upper half alone would read as infinity.
            return (short) ((bits >> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }

    /** The nearest number of type F16 or BF16; of any other type the value as it is. */
    static float round(DataType type, float value) {
        return switch (type) {
            case BF16 -> brainToFloat(floatToBrain(value));
            case F16 -> halfToFloat(floatToHalf(value));
            default -> value;
        };
    }
}
