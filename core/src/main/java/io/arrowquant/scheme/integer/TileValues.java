package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;

/** The elements of a tile as kernels read them: bfloat16 as it is stored, everything else as floats. */
final class TileValues {
    private final IntegerKernels kernels;
    private final GroupKernels groupKernels = Kernels.get().groups();
    private byte[] brains;
    private float[] floats;
    private int offset;

    TileValues(IntegerKernels kernels) {
        this.kernels = kernels;
    }

    void of(Tile tile) {
        if (tile.isStored() && tile.type() == DataType.BF16) {
            brains = tile.bytes();
            offset = tile.byteOffset();
        } else {
            ofFloats(tile.floats(), tile.floatOffset());
        }
    }

    void ofFloats(float[] values, int valueOffset) {
        brains = null;
        floats = values;
        offset = valueOffset;
    }

    boolean areBrains() {
        return brains != null;
    }

    boolean reads(float[] values) {
        return brains == null && floats == values;
    }

    /** See {@link IntegerKernels#range}. */
    boolean range(int from, int count, float[] range) {
        return brains == null
                ? kernels.range(floats, offset + from, count, range)
                : kernels.rangeOfBrain(brains, offset + from * DataType.BF16.bytes(), count, range);
    }

    /** See {@link IntegerKernels#encode}; the codes have the places of the elements. */
    void encode(int from, int count, float scale, float lowest, float highest, float zeroPoint, byte[] codes) {
        if (brains == null) {
            kernels.encode(floats, offset + from, count, scale, lowest, highest, zeroPoint, codes, from);
        } else {
            int byteOffset = offset + from * DataType.BF16.bytes();
            kernels.encodeBrain(brains, byteOffset, count, scale, lowest, highest, zeroPoint, codes, from);
        }
    }

    /** The ranges of whole groups at the front; see {@link GroupKernels#ranges}. */
    boolean ranges(int groups, int length, float[] lows, float[] highs) {
        return brains == null
                ? groupKernels.ranges(floats, offset, groups, length, lows, highs)
                : groupKernels.rangesOfBrain(brains, offset, groups, length, lows, highs);
    }

    /** The codes of whole groups at the front; see {@link GroupKernels#encode}. */
    void encodeGroups(int groups, int length, int bits, float[] scales, float[] zeroPoints, byte[] codes, int at) {
        if (brains == null) {
            groupKernels.encode(floats, offset, groups, length, bits, scales, zeroPoints, codes, at);
        } else {
            groupKernels.encodeBrain(brains, offset, groups, length, bits, scales, zeroPoints, codes, at);
        }
    }

    /** The codes of whole groups of bfloat16, packed; see {@link GroupKernels#encodeBrainNibbles}. */
    void encodeNibbles(int groups, int length, float[] scales, float[] zeroPoints, byte[] packed, int at) {
        groupKernels.encodeBrainNibbles(brains, offset, groups, length, scales, zeroPoints, packed, at);
    }
}
