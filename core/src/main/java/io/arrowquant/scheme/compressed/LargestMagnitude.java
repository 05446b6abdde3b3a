package io.arrowquant.scheme.compressed;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.SharedSurvey;
import java.nio.ByteBuffer;

/** The first pass of NVFP4: the largest finite magnitude of a tensor, or of all tensors of a fused set. */
final class LargestMagnitude implements SharedSurvey {
    private final EncodeRequest request;
    private final float[] range = new float[2];
    private float largest;

    LargestMagnitude(EncodeRequest request) {
        this.request = request;
    }

    @Override
    public void observe(Tile tile, long start) {
        float[] values = tile.floats();
        int offset = tile.floatOffset();
        if (!Kernels.get().integer().range(values, offset, tile.count(), range)) {
            if (request.nonFinite() == NonFinite.ERROR) {
                throw FiniteValues.firstNonFinite(request, values, offset, tile.count(), start);
            }
            FiniteValues.range(values, offset, tile.count(), range);
        }
        include(Math.max(-range[0], range[1]));
    }

    private void include(float magnitude) {
        largest = Math.max(largest, magnitude);
    }

    @Override
    public byte[] result() {
        return ByteBuffer.allocate(Float.BYTES).putFloat(largest).array();
    }

    @Override
    public void include(byte[] result) {
        include(ByteBuffer.wrap(result).getFloat());
    }

    float largest() {
        return largest;
    }
}
