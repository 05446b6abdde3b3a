package io.arrowquant.kernel;

import io.arrowquant.tensor.DataType;

/** Scaled codes in plain loops. */
final class ScalarScaled implements ScaledKernels {
    @Override
    public void wholeNumbers(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        ends(values, offset, groups, length, 0, precision, scales, zeroPoints, lowest, highest, codes, codeOffset);
    }

    /** The codes of the ends of groups, from element {@code from} of each on. */
    static void ends(
            float[] values,
            int offset,
            int groups,
            int length,
            int from,
            DataType precision,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            for (int i = group * length + from; i < (group + 1) * length; i++) {
                float scaled = Float16.round(precision, values[offset + i] / scale);
                if (zeroPoints != null) {
                    scaled = Float16.round(precision, scaled + zeroPoints[group]);
                }
                int whole = (int) Math.rint(Math.min(Math.max(scaled, lowest), highest));
                codes[codeOffset + i] = (byte) (whole - lowest);
            }
        }
    }

    @Override
    public void float8(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        endsAsFloat8(values, offset, groups, length, 0, precision, scales, codes, codeOffset);
    }

    static void endsAsFloat8(
            float[] values,
            int offset,
            int groups,
            int length,
            int from,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            for (int i = group * length + from; i < (group + 1) * length; i++) {
                codes[codeOffset + i] = Float8.toE4M3(Float16.round(precision, values[offset + i] / scale));
            }
        }
    }

    @Override
    public void float4(
            float[] values,
            int offset,
            int groups,
            int length,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        endsAsFloat4(values, offset, groups, length, 0, precision, scales, codes, codeOffset);
    }

    static void endsAsFloat4(
            float[] values,
            int offset,
            int groups,
            int length,
            int from,
            DataType precision,
            float[] scales,
            byte[] codes,
            int codeOffset) {
        for (int group = 0; group < groups; group++) {
            float scale = scales[group];
            for (int i = group * length + from; i < (group + 1) * length; i++) {
                codes[codeOffset + i] = float4(Float16.round(precision, values[offset + i] / scale));
            }
        }
    }

    @Override
    public void wholeNumbersOfBrain(
            byte[] stored,
            int byteOffset,
            int groups,
            int length,
            float[] scales,
            float[] zeroPoints,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        for (int group = 0; group < groups; group++) {
            int begin = group * length;
            groupOfBrain(
                    stored,
                    byteOffset + 2 * begin,
                    length,
                    scales[group],
                    zeroPoints == null ? 0f : zeroPoints[group],
                    lowest,
                    highest,
                    codes,
                    codeOffset + begin);
        }
    }

    @Override
    public boolean nibblesOfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] packed, int packedOffset) {
        for (int group = 0; group < groups; group++) {
            int begin = group * length;
            nibblesOfBrain(stored, byteOffset + 2 * begin, length, scales[group], packed, packedOffset + begin / 2);
        }
        return true;
    }

    static void nibblesOfBrain(
            byte[] stored, int byteOffset, int length, float scale, byte[] packed, int packedOffset) {
        for (int i = 0; i < length; i += 2) {
            int first = nibble(Float16.brainAt(stored, byteOffset + 2 * i), scale);
            int second = nibble(Float16.brainAt(stored, byteOffset + 2 * i + 2), scale);
            packed[packedOffset + i / 2] = (byte) (first | second << 4);
        }
    }

    private static int nibble(float value, float scale) {
        float scaled = Float16.round(DataType.BF16, value / scale);
        return (int) Math.rint(Math.min(Math.max(scaled, -8), 7)) + 8;
    }

    /** One group; zero as zero point adds nothing. */
    static void groupOfBrain(
            byte[] stored,
            int byteOffset,
            int length,
            float scale,
            float zeroPoint,
            int lowest,
            int highest,
            byte[] codes,
            int codeOffset) {
        for (int i = 0; i < length; i++) {
            float scaled = Float16.round(DataType.BF16, Float16.brainAt(stored, byteOffset + 2 * i) / scale);
            float moved = Float16.round(DataType.BF16, scaled + zeroPoint);
            int whole = (int) Math.rint(Math.min(Math.max(moved, lowest), highest));
            codes[codeOffset + i] = (byte) (whole - lowest);
        }
    }

    @Override
    public void float8OfBrain(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        for (int group = 0; group < groups; group++) {
            int begin = group * length;
            float8GroupOfBrain(stored, byteOffset + 2 * begin, length, scales[group], codes, codeOffset + begin);
        }
    }

    @Override
    public boolean float8OfStored(
            byte[] stored, int byteOffset, int groups, int length, float[] scales, byte[] codes, int codeOffset) {
        return false;
    }

    static void float8GroupOfBrain(
            byte[] stored, int byteOffset, int length, float scale, byte[] codes, int codeOffset) {
        for (int i = 0; i < length; i++) {
            float scaled = Float16.round(DataType.BF16, Float16.brainAt(stored, byteOffset + 2 * i) / scale);
            codes[codeOffset + i] = Float8.toE4M3(scaled);
        }
    }

    private static byte float4(float value) {
        float magnitude = Math.abs(value);
        int code;
        if (magnitude <= 1.25f) {
            code = magnitude <= 0.25f ? 0 : magnitude < 0.75f ? 1 : 2;
        } else if (magnitude <= 2.5f) {
            code = magnitude < 1.75f ? 3 : 4;
        } else {
            code = magnitude < 3.5f ? 5 : magnitude <= 5f ? 6 : 7;
        }
        return (byte) (value < 0f ? code | 8 : code);
    }

    @Override
    public void values(
            byte[] codes,
            int codeOffset,
            int count,
            int shift,
            float scale,
            DataType precision,
            float[] values,
            int offset) {
        for (int i = 0; i < count; i++) {
            values[offset + i] = Float16.round(precision, ((codes[codeOffset + i] & 0xff) + shift) * scale);
        }
    }

    @Override
    public boolean valuesOfNibbles(
            byte[] packed,
            int packedOffset,
            int groups,
            int length,
            float[] scales,
            DataType precision,
            float[] values,
            int offset) {
        for (int group = 0; group < groups; group++) {
            for (int i = group * length; i < (group + 1) * length; i += 2) {
                int both = packed[packedOffset + i / 2];
                values[offset + i] = Float16.round(precision, ((both & 0x0f) - 8) * scales[group]);
                values[offset + i + 1] = Float16.round(precision, ((both >> 4 & 0x0f) - 8) * scales[group]);
            }
        }
        return true;
    }

    @Override
    public void scale(float[] values, int offset, int count, float scale, DataType precision) {
        for (int i = offset; i < offset + count; i++) {
            values[i] = Float16.round(precision, values[i] * scale);
        }
    }
}
