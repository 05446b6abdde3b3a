package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Float16;
import io.arrowquant.tensor.DataType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The type that a tensor is computed in: its own when that is F32, BF16 or F16, otherwise F32. */
enum Precision {
    SINGLE(DataType.F32, 23, 0x1p-126f, Float.MAX_VALUE),
    BRAIN(DataType.BF16, 7, 0x1p-126f, 0x1.fep127f),
    HALF(DataType.F16, 10, 0x1p-14f, 65504f);

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    final DataType dtype;
    final int mantissaBits;
    /** The gap between one and the next number: what takes the place of scales that are zero. */
    final float epsilon;
    /** The smallest normal number. */
    final float tiny;

    final float largest;

    Precision(DataType dtype, int mantissaBits, float tiny, float largest) {
        this.dtype = dtype;
        this.mantissaBits = mantissaBits;
        this.epsilon = (float) Math.scalb(1.0, -mantissaBits);
        this.tiny = tiny;
        this.largest = largest;
    }

    static Precision of(DataType source) {
        return switch (source) {
            case BF16 -> BRAIN;
            case F16 -> HALF;
            default -> SINGLE;
        };
    }

    /** The nearest number of this type. */
    float round(float value) {
        return switch (this) {
            case SINGLE -> value;
            case BRAIN -> Float16.brainToFloat(Float16.floatToBrain(value));
            case HALF -> Float16.halfToFloat(Float16.floatToHalf(value));
        };
    }

    /** The bits of a number of this type. */
    int bits(float value) {
        return switch (this) {
            case SINGLE -> Float.floatToRawIntBits(value);
            case BRAIN -> Float16.floatToBrain(value) & 0xffff;
            case HALF -> Float16.floatToHalf(value) & 0xffff;
        };
    }

    float fromBits(int bits) {
        return switch (this) {
            case SINGLE -> Float.intBitsToFloat(bits);
            case BRAIN -> Float16.brainToFloat((short) bits);
            case HALF -> Float16.halfToFloat((short) bits);
        };
    }

    void store(float value, byte[] target, int at) {
        if (this == SINGLE) {
            FLOATS.set(target, at, value);
        } else {
            SHORTS.set(target, at, (short) bits(value));
        }
    }

    /**
     * The scales of many slices: magnitudes divided by the steps on one side of zero, rounded to this type, epsilon instead
     * of zero. They are stored one after the other, too.
     */
    void scales(float[] magnitudes, int count, float steps, float[] scales, byte[] stored) {
        if (this == BRAIN) {
            // The same as below for numbers that are not NaN, written out: there is one for every 128 weights.
            int epsilonBits = Float16.floatToBrain(epsilon);
            for (int i = 0; i < count; i++) {
                int bits = Float.floatToRawIntBits(magnitudes[i] / steps);
                int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
                int scale = rounded == 0 ? epsilonBits : rounded;
                scales[i] = Float.intBitsToFloat(scale << 16);
                SHORTS.set(stored, 2 * i, (short) scale);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            float scale = round(magnitudes[i] / steps);
            scales[i] = scale == 0f ? epsilon : scale;
            store(scales[i], stored, i * dtype.bytes());
        }
    }

    float load(byte[] source, int at) {
        return this == SINGLE ? (float) FLOATS.get(source, at) : fromBits((short) SHORTS.get(source, at));
    }
}
