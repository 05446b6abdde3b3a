package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What stored elements mean, from the definitions of their types: sign, power of two, fraction. */
final class ReferenceTypes {
    private ReferenceTypes() {}

    /** The value of the element in the low bits of {@code pattern}; exact but for types wider than a double. */
    static double floatingPoint(DataType type, int pattern) {
        return switch (type) {
            case F16 -> ieee(pattern, 5, 10);
            case BF16 -> ieee(pattern, 8, 7);
            case F8_E5M2 -> ieee(pattern, 5, 2);
            case F8_E4M3 -> (pattern & 0x7f) == 0x7f ? Double.NaN : finite(pattern, 4, 3, 7);
            case F8_E4M3FNUZ -> pattern == 0x80 ? Double.NaN : finite(pattern, 4, 3, 8);
            case F8_E5M2FNUZ -> pattern == 0x80 ? Double.NaN : finite(pattern, 5, 2, 16);
            default -> throw new AssertionError(type);
        };
    }

    private static double ieee(int pattern, int exponentBits, int fractionBits) {
        int top = (1 << exponentBits) - 1;
        int exponent = (pattern >> fractionBits) & top;
        int fraction = pattern & ((1 << fractionBits) - 1);
        if (exponent == top) {
            double infinity = (pattern >> (exponentBits + fractionBits) & 1) == 1 ? -1.0 / 0.0 : 1.0 / 0.0;
            return fraction == 0 ? infinity : Double.NaN;
        }
        return finite(pattern, exponentBits, fractionBits, top >> 1);
    }

    private static double finite(int pattern, int exponentBits, int fractionBits, int bias) {
        int exponent = (pattern >> fractionBits) & ((1 << exponentBits) - 1);
        double fraction = (pattern & ((1 << fractionBits) - 1)) / Math.pow(2, fractionBits);
        double sign = (pattern >> (exponentBits + fractionBits) & 1) == 1 ? -1.0 : 1.0;
        return exponent == 0
                ? sign * fraction * Math.pow(2, 1 - bias)
                : sign * (1 + fraction) * Math.pow(2, exponent - bias);
    }

    /** The exact value of an element of an integer type, from its little-endian bytes. */
    static BigDecimal integer(DataType type, byte[] littleEndian) {
        byte[] bigEndian = new byte[littleEndian.length];
        for (int i = 0; i < bigEndian.length; i++) {
            bigEndian[bigEndian.length - 1 - i] = littleEndian[i];
        }
        boolean unsigned = type.name().startsWith("U");
        return new BigDecimal(unsigned ? new BigInteger(1, bigEndian) : new BigInteger(bigEndian));
    }

    /** A whole number rounded to 24 bits, ties to even, by the digits of its binary form. */
    static float nearestFloat(BigDecimal whole) {
        BigInteger magnitude = whole.abs().toBigIntegerExact();
        int dropped = Math.max(0, magnitude.bitLength() - 24);
        BigDecimal unit = new BigDecimal(BigInteger.ONE.shiftLeft(dropped));
        BigDecimal rounded = new BigDecimal(magnitude).divide(unit).setScale(0, RoundingMode.HALF_EVEN);
        float result = (float) rounded.multiply(unit).doubleValue();
        return whole.signum() < 0 ? -result : result;
    }

    static byte[] littleEndian(long pattern, int bytes) {
        return java.util.Arrays.copyOf(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(pattern)
                        .array(),
                bytes);
    }
}
