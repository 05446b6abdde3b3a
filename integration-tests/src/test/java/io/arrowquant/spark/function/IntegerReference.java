package io.arrowquant.spark.function;

import java.util.ArrayList;
import java.util.List;

/** The int family written down a second time, one value after the other, to compare with. */
record IntegerReference(byte[] data, List<Float> scales, List<Float> zeroPoints, float[] decoded) {
    static IntegerReference of(float[] values, int bits, int group, boolean symmetric) {
        int steps = (1 << bits) - 1;
        int half = 1 << (bits - 1);
        byte[] data = new byte[(values.length * bits + 7) / 8];
        List<Float> scales = new ArrayList<>();
        List<Float> zeroPoints = new ArrayList<>();
        float[] decoded = new float[values.length];
        for (int begin = 0; begin < values.length; begin += group) {
            int end = Math.min(values.length, begin + group);
            float low = 0;
            float high = 0;
            for (int i = begin; i < end; i++) {
                low = Math.min(low, values[i]);
                high = Math.max(high, values[i]);
            }
            float largest = Math.max(-low, high);
            float scale = symmetric ? largest / (half - 1) : high / steps - low / steps;
            if (largest == 0) {
                scale = 1;
            }
            float zeroPoint = symmetric ? half : Math.min(Math.max((float) Math.rint(-low / scale), 0f), steps) + 0f;
            scales.add(scale);
            zeroPoints.add(zeroPoint);
            for (int i = begin; i < end; i++) {
                float rounded = (float) Math.rint(values[i] / scale);
                float code = symmetric
                        ? Math.min(Math.max(rounded, 1 - half), half - 1) + zeroPoint
                        : Math.min(Math.max(rounded + zeroPoint, 0), steps);
                data[i * bits / 8] |= (byte) ((int) code << (i * bits % 8));
                decoded[i] = (code - zeroPoint) * scale;
            }
        }
        return new IntegerReference(data, scales, zeroPoints, decoded);
    }
}
