package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Survey;
import java.util.BitSet;

/** The range of each group, gathered in a first pass because the groups are too long to hold. */
final class GroupRanges implements Survey {
    private final EncodeRequest request;
    private final long groupLength;
    private final float[] lows;
    private final float[] highs;
    private final BitSet negativeInfinity = new BitSet();
    private final BitSet positiveInfinity = new BitSet();
    private final TileValues values = new TileValues(Kernels.get().integer());
    private final float[] range = new float[2];

    GroupRanges(EncodeRequest request, long groupLength) {
        this.request = request;
        this.groupLength = groupLength;
        // At most one for each million elements, since shorter groups need no first pass.
        int groups = Math.toIntExact(IntegerScheme.groups(request.shape().elements(), groupLength));
        this.lows = new float[groups];
        this.highs = new float[groups];
    }

    @Override
    public void observe(Tile tile, long start) {
        values.of(tile);
        int done = 0;
        while (done < tile.count()) {
            long at = start + done;
            int group = Math.toIntExact(at / groupLength);
            int count = (int) Math.min(tile.count() - done, (group + 1L) * groupLength - at);
            if (!values.range(done, count, range)) {
                observeNonFinite(tile.floats(), tile.floatOffset() + done, count, at, group);
            }
            lows[group] = Math.min(lows[group], range[0]);
            highs[group] = Math.max(highs[group], range[1]);
            done += count;
        }
    }

    private void observeNonFinite(float[] floats, int offset, int count, long at, int group) {
        if (request.nonFinite() == NonFinite.ERROR) {
            throw FiniteValues.firstNonFinite(request, floats, offset, count, at);
        }
        FiniteValues.range(floats, offset, count, range);
        if (FiniteValues.contains(floats, offset, count, Float.NEGATIVE_INFINITY)) {
            negativeInfinity.set(group);
        }
        if (FiniteValues.contains(floats, offset, count, Float.POSITIVE_INFINITY)) {
            positiveInfinity.set(group);
        }
    }

    /** The largest finite magnitude of a group: what infinities become. */
    float magnitude(long group) {
        int g = Math.toIntExact(group);
        return Math.max(-lows[g], highs[g]);
    }

    /** The range of a group once infinities are replaced, into {@code target}. */
    void range(long group, float[] target) {
        int g = Math.toIntExact(group);
        target[0] = negativeInfinity.get(g) ? -magnitude(group) : lows[g];
        target[1] = positiveInfinity.get(g) ? magnitude(group) : highs[g];
    }
}
