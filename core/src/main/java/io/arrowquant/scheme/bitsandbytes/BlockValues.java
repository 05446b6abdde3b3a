package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Float16;
import io.arrowquant.tensor.DataType;

/** The values of codes of four bits: a float32 product, rounded to the type of the weights as the reference does. */
final class BlockValues {
    /** Codes of four bits. */
    static final int CODES = 16;

    private static final float SMALLEST_USUAL = 0x1p-100f;

    private final FourBitCodes type;
    private final DataType dtype;

    BlockValues(BlockSettings settings, DataType dtype) {
        this.type = settings.fourBits();
        this.dtype = dtype;
    }

    /** The values of all codes of four bits, where these are fewer than the elements of a block. */
    private final float[] table = new float[CODES];

    void decode(byte[] codes, int codeOffset, int count, float absmax, float[] values, int offset) {
        if (count > CODES) {
            for (int code = 0; code < CODES; code++) {
                table[code] = round(type.value((byte) code) * absmax);
            }
            for (int i = 0; i < count; i++) {
                values[offset + i] = table[codes[codeOffset + i] & (CODES - 1)];
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            values[offset + i] = round(type.value(codes[codeOffset + i]) * absmax);
        }
    }

    /** The values of all codes of four bits, for each of many blocks. */
    void tables(float[] absmax, int blocks, float[] tables) {
        for (int block = 0; block < blocks; block++) {
            float scale = absmax[block];
            // Nothing is subnormal or NaN then: no code but zero is worth less than a 200th of the scale.
            boolean usual = scale >= SMALLEST_USUAL && scale <= Float.MAX_VALUE;
            for (int code = 0; code < CODES; code++) {
                float value = type.value(code) * scale;
                tables[block * CODES + code] = usual && dtype == DataType.BF16 ? roundUsual(value) : round(value);
            }
        }
    }

    private static float roundUsual(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
    }

    private float round(float value) {
        return switch (dtype) {
            // The reference has the processor round, which makes zeros of subnormal numbers.
            case BF16 ->
                Math.abs(value) < Float.MIN_NORMAL
                        ? Math.copySign(0f, value)
                        : Float16.brainToFloat(Float16.floatToBrain(value));
            case F16 -> Float16.halfToFloat(Float16.floatToHalf(value));
            default -> value;
        };
    }
}
