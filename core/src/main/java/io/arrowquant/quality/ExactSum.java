package io.arrowquant.quality;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * A sum of doubles without any rounding: a fixed-point number wide enough for every double, in digits of 32 bits. Adding
 * in another order, or merging partial sums, gives the same result to the last bit.
 */
public final class ExactSum {
    /** The lowest bit of the smallest double is 2^-1074. */
    private static final int LOWEST_EXPONENT = -1074;

    /** Bits from 2^-1074 to 2^1023, and room for carries of 2^62 summands. */
    private static final int DIGITS = (1074 + 1024 + 64) / 32 + 1;

    private static final BigInteger FIVE = BigInteger.valueOf(5);
    private static final int DIGIT_BITS = 32;
    private static final long DIGIT_MASK = 0xffffffffL;

    /** Additions after which digits must be brought back below 2^32: each adds less than 2^33 to a digit. */
    private static final int CARRY_EVERY = 1 << 28;

    private final long[] digits = new long[DIGITS];
    private int sinceCarry;
    private boolean notANumber;
    private boolean positiveInfinity;
    private boolean negativeInfinity;

    public void add(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int exponent = (int) ((bits >> 52) & 0x7ff);
        long mantissa = bits & 0xfffffffffffffL;
        if (exponent == 0x7ff) {
            addSpecial(value);
            return;
        }
        if (exponent == 0) {
            exponent = 1;
        } else {
            mantissa |= 0x10000000000000L;
        }
        if (mantissa == 0) {
            return;
        }
        int shift = exponent - 1;
        int digit = shift / DIGIT_BITS;
        int bit = shift % DIGIT_BITS;
        // The 53 bits of the mantissa, moved up by 0 to 31, lie in three digits.
        long low = (mantissa << bit) & DIGIT_MASK;
        long middle = (mantissa >>> (DIGIT_BITS - bit)) & DIGIT_MASK;
        long high = bit == 0 ? 0 : mantissa >>> (2 * DIGIT_BITS - bit);
        if (bits < 0) {
            digits[digit] -= low;
            digits[digit + 1] -= middle;
            digits[digit + 2] -= high;
        } else {
            digits[digit] += low;
            digits[digit + 1] += middle;
            digits[digit + 2] += high;
        }
        if (++sinceCarry == CARRY_EVERY) {
            carry();
        }
    }

    private void addSpecial(double value) {
        if (Double.isNaN(value)) {
            notANumber = true;
        } else if (value > 0) {
            positiveInfinity = true;
        } else {
            negativeInfinity = true;
        }
    }

    public void merge(ExactSum other) {
        carry();
        other.carry();
        for (int i = 0; i < DIGITS; i++) {
            digits[i] += other.digits[i];
        }
        carry();
        notANumber |= other.notANumber;
        positiveInfinity |= other.positiveInfinity;
        negativeInfinity |= other.negativeInfinity;
    }

    /** Brings every digit but the last into 0 to 2^32 - 1; the last one holds the sign. */
    private void carry() {
        long carried = 0;
        for (int i = 0; i < DIGITS - 1; i++) {
            long digit = digits[i] + carried;
            carried = digit >> DIGIT_BITS;
            digits[i] = digit & DIGIT_MASK;
        }
        digits[DIGITS - 1] += carried;
        sinceCarry = 0;
    }

    /** The sum as an exact decimal number; only for sums of finite values. */
    public BigDecimal exact() {
        BigInteger units = units();
        // Without trailing zeros the number is n / 2^k, which is n * 5^k / 10^k.
        int trailing = Math.min(Math.max(0, units.getLowestSetBit()), -LOWEST_EXPONENT);
        int scale = -LOWEST_EXPONENT - trailing;
        return new BigDecimal(units.shiftRight(trailing).multiply(FIVE.pow(scale)), scale);
    }

    /** The sum rounded once to the nearest double. */
    public double value() {
        if (notANumber || (positiveInfinity && negativeInfinity)) {
            return Double.NaN;
        }
        if (positiveInfinity || negativeInfinity) {
            return positiveInfinity ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        }
        BigInteger units = units();
        BigInteger magnitude = units.abs();
        int dropped = Math.max(0, magnitude.bitLength() - Long.SIZE);
        BigInteger leading = magnitude.shiftRight(dropped);
        if (dropped > 0 && magnitude.getLowestSetBit() < dropped) {
            // Something was cut off: one low bit stands for it, so that what looks like a tie is rounded up.
            leading = leading.setBit(0);
        }
        double rounded = Math.scalb(leading.doubleValue(), dropped + LOWEST_EXPONENT);
        return units.signum() < 0 ? -rounded : rounded;
    }

    /** The sum in units of the smallest double. */
    private BigInteger units() {
        carry();
        BigInteger units = BigInteger.valueOf(digits[DIGITS - 1]);
        for (int i = DIGITS - 2; i >= 0; i--) {
            units = units.shiftLeft(DIGIT_BITS).add(BigInteger.valueOf(digits[i]));
        }
        return units;
    }

    void write(DataOutput out) throws IOException {
        carry();
        int first = 0;
        while (first < DIGITS && digits[first] == 0) {
            first++;
        }
        int last = DIGITS;
        while (last > first && digits[last - 1] == 0) {
            last--;
        }
        out.writeByte((notANumber ? 1 : 0) | (positiveInfinity ? 2 : 0) | (negativeInfinity ? 4 : 0));
        out.writeByte(first);
        out.writeByte(last - first);
        for (int i = first; i < last; i++) {
            out.writeLong(digits[i]);
        }
    }

    void read(DataInput in) throws IOException {
        int specials = in.readByte();
        notANumber = (specials & 1) != 0;
        positiveInfinity = (specials & 2) != 0;
        negativeInfinity = (specials & 4) != 0;
        int first = in.readUnsignedByte();
        int count = in.readUnsignedByte();
        if (first + count > DIGITS) {
            throw new IOException("not a serialized sum");
        }
        for (int i = 0; i < count; i++) {
            digits[first + i] = in.readLong();
        }
    }
}
