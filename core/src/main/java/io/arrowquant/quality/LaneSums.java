package io.arrowquant.quality;

import io.arrowquant.kernel.StatisticsKernels;

/** The total of the lanes of one sum, always added in the same order. */
final class LaneSums {
    private LaneSums() {}

    static double total(double[] lanes, int offset) {
        double total = 0;
        for (int i = 0; i < StatisticsKernels.LANES; i++) {
            total += lanes[offset + i];
        }
        return total;
    }
}
