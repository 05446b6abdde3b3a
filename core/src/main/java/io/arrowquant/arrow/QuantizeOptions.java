package io.arrowquant.arrow;

import io.arrowquant.scheme.NonFinite;
import java.util.function.Function;

/**
 * How a table is quantized.
 *
 * @param policy what may become of each layer
 * @param targetBytes the most bytes that the result may take, or 0 for no limit
 * @param targetBitsPerWeight the same as bits for each weight, or 0
 * @param measure whether the error of every layer is measured
 * @param continueOnError whether layers that cannot be quantized are left out instead of failing all
 * @param threads the most threads to use
 * @param control where the caller watches and stops the work
 */
public record QuantizeOptions(
        Function<Layer, LayerChoice> policy,
        NonFinite nonFinite,
        long targetBytes,
        double targetBitsPerWeight,
        boolean measure,
        boolean continueOnError,
        int threads,
        ControlBlock control) {
    /** The most bytes that a result of so many weights may take, or 0 for no limit. */
    public long limit(long weights) {
        return targetBitsPerWeight > 0 ? (long) (targetBitsPerWeight * weights / Byte.SIZE) : targetBytes;
    }
}
