package io.arrowquant.kernel;

/**
 * A four-bit type for values between -1 and 1: fifteen thresholds in ascending order, and the code of each of the
 * sixteen ranges between them. A value on a threshold belongs to the range below.
 */
public final class FourBitTable {
    static final int THRESHOLDS = 15;

    private final float[] thresholds;
    private final byte[] codes;

    public FourBitTable(float[] thresholds, int[] codes) {
        if (thresholds.length != THRESHOLDS || codes.length != THRESHOLDS + 1) {
            throw new IllegalArgumentException(thresholds.length + " thresholds and " + codes.length + " codes");
        }
        this.thresholds = thresholds.clone();
        this.codes = new byte[codes.length];
        for (int i = 0; i < codes.length; i++) {
            this.codes[i] = (byte) (codes[i] & 0xf);
        }
    }

    public float threshold(int index) {
        return thresholds[index];
    }

    /** The code of a value: that of the range above every threshold it exceeds. */
    public int codeOf(float value) {
        int range = 0;
        for (float threshold : thresholds) {
            if (value > threshold) {
                range++;
            }
        }
        return codes[range];
    }

    /** The codes of eight ranges from one on, four bits each, the first lowest. */
    public int eightCodes(int from) {
        int packed = 0;
        for (int i = 7; i >= 0; i--) {
            packed = packed << 4 | codes[from + i];
        }
        return packed;
    }
}
