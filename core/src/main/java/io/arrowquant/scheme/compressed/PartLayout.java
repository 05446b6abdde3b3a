package io.arrowquant.scheme.compressed;

/** Where each kind of output is in the list of parts; -1 for those a format does not have. */
record PartLayout(int weightShape, int zeroPoints, int globalScale) {
    static final int CODES = 0;
    static final int SCALES = 1;

    static PartLayout of(Settings settings) {
        int next = SCALES + 1;
        int weightShape = settings.format() == Format.PACK_QUANTIZED ? next++ : -1;
        int zeroPoints = settings.format().isInteger() && !settings.symmetric() ? next++ : -1;
        int globalScale = settings.format() == Format.NVFP4_PACK_QUANTIZED ? next : -1;
        return new PartLayout(weightShape, zeroPoints, globalScale);
    }
}
