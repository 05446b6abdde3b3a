package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import java.util.Arrays;

/** The elements of a tile as kernels read them: bfloat16 and float32 as they are stored, everything else as floats. */
final class TileValues {
    private final IntegerKernels kernels;
    private final GroupKernels groupKernels = Kernels.get().groups();
    private Tile tile;

    /** The stored bytes, where kernels read these; then {@link #offset} counts bytes. */
    private byte[] stored;

    private boolean brains;
    private float[] floats;
    private int offset;

    TileValues(IntegerKernels kernels) {
        this.kernels = kernels;
    }

    void of(Tile tile) {
        this.tile = tile;
        brains = tile.type() == DataType.BF16;
        if (tile.isStored() && (brains || tile.type() == DataType.F32)) {
            stored = tile.bytes();
            offset = tile.byteOffset();
        } else {
            ofFloats(tile.floats(), tile.floatOffset());
        }
    }

    void ofFloats(float[] values, int valueOffset) {
        stored = null;
        brains = false;
        floats = values;
        offset = valueOffset;
    }

    /** Pieces of groups are rare: of float32 they are not read as they are stored. */
    private void leaveStoredFloats() {
        if (stored != null && !brains) {
            ofFloats(tile.floats(), tile.floatOffset());
        }
    }

    boolean areBrains() {
        return brains;
    }

    boolean reads(float[] values) {
        return stored == null && floats == values;
    }

    /** See {@link IntegerKernels#range}. */
    boolean range(int from, int count, float[] range) {
        leaveStoredFloats();
        return brains
                ? kernels.rangeOfBrain(stored, offset + from * DataType.BF16.bytes(), count, range)
                : kernels.range(floats, offset + from, count, range);
    }

    /** See {@link IntegerKernels#encode}; the codes have the places of the elements. */
    void encode(int from, int count, float scale, float lowest, float highest, float zeroPoint, byte[] codes) {
        leaveStoredFloats();
        if (brains) {
            int byteOffset = offset + from * DataType.BF16.bytes();
            kernels.encodeBrain(stored, byteOffset, count, scale, lowest, highest, zeroPoint, codes, from);
        } else {
            kernels.encode(floats, offset + from, count, scale, lowest, highest, zeroPoint, codes, from);
        }
    }

    /** The ranges of whole groups at the front; see {@link GroupKernels#ranges}. */
    boolean ranges(int groups, int length, float[] lows, float[] highs) {
        if (stored == null) {
            return groupKernels.ranges(floats, offset, groups, length, lows, highs);
        }
        return brains
                ? groupKernels.rangesOfBrain(stored, offset, groups, length, lows, highs)
                : groupKernels.rangesOfStored(stored, offset, groups, length, lows, highs);
    }

    /** Like {@link #ranges}, of grids around zero: where it saves time the lows are zero and the highs magnitudes. */
    boolean magnitudes(int groups, int length, float[] lows, float[] highs) {
        if (stored == null) {
            return groupKernels.ranges(floats, offset, groups, length, lows, highs);
        }
        Arrays.fill(lows, 0, groups, 0f);
        return brains
                ? groupKernels.magnitudesOfBrain(stored, offset, groups, length, highs)
                : groupKernels.magnitudesOfStored(stored, offset, groups, length, highs);
    }

    /** The codes of whole groups at the front; see {@link GroupKernels#encode}. */
    void encodeGroups(int groups, int length, int bits, float[] scales, float[] zeroPoints, byte[] codes, int at) {
        if (stored == null) {
            groupKernels.encode(floats, offset, groups, length, bits, scales, zeroPoints, codes, at);
        } else if (brains) {
            groupKernels.encodeBrain(stored, offset, groups, length, bits, scales, zeroPoints, codes, at);
        } else {
            groupKernels.encodeStored(stored, offset, groups, length, bits, scales, zeroPoints, codes, at);
        }
    }

    /**
     * The codes of whole groups, four bits each, packed; see {@link GroupKernels#encodeBrainNibbles}.
     *
     * @return false when that is not done at once for such values
     */
    boolean encodeNibbles(int groups, int length, float[] scales, float[] zeroPoints, byte[] packed, int at) {
        if (brains) {
            groupKernels.encodeBrainNibbles(stored, offset, groups, length, scales, zeroPoints, packed, at);
            return true;
        }
        return stored != null
                && groupKernels.encodeStoredNibbles(stored, offset, groups, length, scales, zeroPoints, packed, at);
    }

    /** The packed codes of spans of bfloat16 around zero; see {@link GroupKernels#encodeBrainByFactors}. */
    void encodeByFactors(int spans, int bits, float[] factors, byte[] packed, int at) {
        groupKernels.encodeBrainByFactors(stored, offset, spans, bits, factors, packed, at);
    }
}
