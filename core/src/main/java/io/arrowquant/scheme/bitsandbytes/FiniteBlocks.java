package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;

/** The values of a block, finite, and the largest magnitude among them. */
final class FiniteBlocks {
    private final EncodeRequest request;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final float[] range = new float[2];
    private float[] repaired = new float[0];
    private float[] values;
    private int offset;
    private long replaced;

    FiniteBlocks(EncodeRequest request) {
        this.request = request;
    }

    /** Views a block: {@code length} elements of a tile from {@code done} on, at an index of the tensor. */
    void set(Tile tile, int done, int length, long at) {
        values = tile.floats();
        offset = tile.floatOffset() + done;
        if (kernels.range(values, offset, length, range)) {
            return;
        }
        if (request.nonFinite() == NonFinite.ERROR) {
            throw FiniteValues.firstNonFinite(request, values, offset, length, at);
        }
        FiniteValues.range(values, offset, length, range);
        if (repaired.length < length) {
            repaired = new float[length];
        }
        replaced += FiniteValues.repair(values, offset, length, absmax(), repaired, 0);
        values = repaired;
        offset = 0;
    }

    float absmax() {
        return Math.max(-range[0], range[1]);
    }

    float[] values() {
        return values;
    }

    int offset() {
        return offset;
    }

    long replaced() {
        return replaced;
    }
}
