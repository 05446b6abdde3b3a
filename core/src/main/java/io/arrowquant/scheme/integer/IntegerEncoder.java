package io.arrowquant.scheme.integer;

import io.arrowquant.kernel.GroupKernels;
import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.SymmetricFactors;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.FiniteValues;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Encodes tiles of whole groups; pieces of groups where a first pass found their ranges. */
final class IntegerEncoder implements Encoder {
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    /** Pieces of surveyed groups are cut here: codes of such pieces fill whole bytes. */
    private static final int PIECE = 4096;

    private final int bits;
    private final IntegerGrid grid;
    private final long groupLength;
    private final EncodeRequest request;
    private final GroupRanges surveyed;
    private final IntegerKernels kernels = Kernels.get().integer();
    private final TileValues values = new TileValues(kernels);
    private final float[] range = new float[2];
    private byte[] codes = new byte[0];
    private float[] repaired = new float[0];
    private long replaced;

    // What the passes over a tile tell each other of its pieces: groups, or parts of groups at both ends.
    private int count;
    private int firstPieceLength;
    /** Pieces at the front that are whole groups of a length that kernels take many of at once. */
    private int wholeGroups;

    /** Where the codes of those are when they were packed at once; null when all codes are in {@link #codes}. */
    private byte[] packed;

    private int packedAt;
    private float[] lows = new float[0];
    private float[] highs = new float[0];
    private float[] scales = new float[0];
    private float[] zeroPoints = new float[0];
    private float[] factors = new float[0];

    IntegerEncoder(int bits, IntegerGrid grid, long groupLength, EncodeRequest request, GroupRanges surveyed) {
        this.bits = bits;
        this.grid = grid;
        this.groupLength = groupLength;
        this.request = request;
        this.surveyed = surveyed;
    }

    @Override
    public int tileUnit() {
        return tileUnit(bits, groupLength);
    }

    /** Whole groups whose codes fill whole bytes; groups too long to hold are cut at fixed places. */
    static int tileUnit(int bits, long groupLength) {
        if (groupLength > IntegerScheme.LONGEST_HELD_GROUP) {
            return PIECE;
        }
        int perByte = 8 / bits;
        long unit = groupLength;
        while (unit % perByte != 0) {
            unit += groupLength;
        }
        return (int) unit;
    }

    @Override
    public long replaced() {
        return replaced;
    }

    /** From the grids of the last tile: the scale of a group that began in an earlier one may be gone from the parts. */
    @Override
    public boolean reconstruct(float[] target, int offset) {
        if (packed != null) {
            kernels.unpack(packed, packedAt, bits, codes(), 0, pieceEnd(wholeGroups - 1));
            packed = null;
        }
        for (int piece = 0, from = 0; from < count; piece++) {
            int end = pieceEnd(piece);
            kernels.decode(codes, from, end - from, scales[piece], zeroPoints[piece], target, offset + from);
            from = end;
        }
        return true;
    }

    /**
     * Three short passes instead of one, ranges, grids, codes, so that each keeps the processor busy: divisions of many
     * groups overlap, as do the last steps of many ranges. The tile stays in the cache meanwhile.
     */
    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        count = tile.count();
        long inGroup = start % groupLength;
        firstPieceLength = (int) Math.min(count, groupLength - inGroup);
        int pieces = (int) Math.min(count, 1 + IntegerScheme.groups(count - firstPieceLength, groupLength));
        reserve(pieces);
        boolean manyAtOnce = surveyed == null && inGroup == 0 && groupLength % GroupKernels.UNIT == 0;
        wholeGroups = manyAtOnce ? (int) (count / groupLength) : 0;
        values.of(tile);
        measureRanges(tile, start);
        fitGrids(start, pieces);
        appendGrids(inGroup == 0 ? 0 : 1, pieces, parts);
        int begin = parts.append(IntegerScheme.CODES, (int) (((long) count * bits + 7) / 8));
        encodeCodes(pieces, parts.array(IntegerScheme.CODES), begin);
    }

    private void encodeCodes(int pieces, byte[] target, int begin) {
        packed = null;
        int unpackedFrom = 0;
        if (wholeGroups > 0) {
            if (encodePacked(target, begin)) {
                packed = target;
                packedAt = begin;
                unpackedFrom = pieceEnd(wholeGroups - 1);
            } else {
                values.encodeGroups(wholeGroups, (int) groupLength, bits, scales, zeroPoints, codes(), 0);
            }
        }
        if (unpackedFrom == count) {
            return;
        }
        for (int piece = wholeGroups, from = pieceBegin(wholeGroups); piece < pieces; piece++) {
            int end = pieceEnd(piece);
            encodePiece(piece, from, end - from);
            from = end;
        }
        // Whole groups fill whole bytes.
        kernels.pack(codes, unpackedFrom, count - unpackedFrom, bits, target, begin + unpackedFrom * bits / 8);
    }

    /** Encodes whole groups to where their packed codes belong; false when codes must be packed afterwards. */
    private boolean encodePacked(byte[] target, int begin) {
        int length = (int) groupLength;
        if (byFactors()) {
            encodeByFactors(target, begin);
            return true;
        }
        if (bits == Byte.SIZE) {
            values.encodeGroups(wholeGroups, length, bits, scales, zeroPoints, target, begin);
            return true;
        }
        return bits == 4 && values.encodeNibbles(wholeGroups, length, scales, zeroPoints, target, begin);
    }

    /** Whether bfloat16 can be multiplied by factors, most of them. */
    private boolean byFactors() {
        return bits >= 4 && grid.isSymmetric() && values.areBrains() && groupLength % SymmetricFactors.SPAN == 0;
    }

    private void encodeByFactors(byte[] target, int begin) {
        int spansOfGroup = (int) groupLength / SymmetricFactors.SPAN;
        int spans = wholeGroups * spansOfGroup;
        if (factors.length < spans) {
            factors = new float[spans];
        }
        SymmetricFactors.fit(bits, wholeGroups, spansOfGroup, highs, scales, factors);
        values.encodeByFactors(spans, bits, factors, target, begin);
        for (int group = 0; group < wholeGroups; group++) {
            if (Float.isNaN(factors[group * spansOfGroup])) {
                int from = pieceBegin(group);
                encodePiece(group, from, (int) groupLength);
                kernels.pack(codes, from, (int) groupLength, bits, target, begin + from * bits / 8);
            }
        }
    }

    private void encodePiece(int piece, int from, int length) {
        float zeroPoint = zeroPoints[piece];
        values.encode(from, length, scales[piece], grid.lowest(zeroPoint), grid.highest(zeroPoint), zeroPoint, codes());
    }

    /** Room for one code a byte, which most tiles need not have. */
    private byte[] codes() {
        if (codes.length < count) {
            codes = new byte[Math.max(count, Tile.ELEMENTS)];
        }
        return codes;
    }

    private void reserve(int pieces) {
        if (lows.length < pieces) {
            lows = new float[pieces];
            highs = new float[pieces];
            scales = new float[pieces];
            zeroPoints = new float[pieces];
        }
    }

    private int pieceEnd(int piece) {
        return (int) Math.min(count, firstPieceLength + piece * groupLength);
    }

    private int pieceBegin(int piece) {
        return piece == 0 ? 0 : pieceEnd(piece - 1);
    }

    private void measureRanges(Tile tile, long start) {
        int first = 0;
        if (wholeGroups > 0 && measureGroups()) {
            first = wholeGroups;
        }
        for (int piece = first, from = pieceBegin(first); from < count; piece++) {
            int end = pieceEnd(piece);
            if (!values.range(from, end - from, range)) {
                repair(tile, from, end - from, start + from);
                values.range(from, end - from, range);
            }
            lows[piece] = range[0];
            highs[piece] = range[1];
            from = end;
        }
    }

    private boolean measureGroups() {
        return grid.isSymmetric()
                ? values.magnitudes(wholeGroups, (int) groupLength, lows, highs)
                : values.ranges(wholeGroups, (int) groupLength, lows, highs);
    }

    private void fitGrids(long start, int pieces) {
        if (surveyed != null) {
            long group = start / groupLength;
            for (int piece = 0; piece < pieces; piece++) {
                surveyed.range(group + piece, range);
                lows[piece] = range[0];
                highs[piece] = range[1];
            }
        }
        grid.fit(lows, highs, pieces, scales, zeroPoints);
    }

    /** Appends scales and zero points of the groups that begin in this tile. */
    private void appendGrids(int firstPiece, int pieces, PartBuffers parts) {
        int scaleAt = parts.append(IntegerScheme.SCALES, (pieces - firstPiece) * Float.BYTES);
        int zeroPointAt = parts.append(IntegerScheme.ZERO_POINTS, (pieces - firstPiece) * Float.BYTES);
        byte[] scalePart = parts.array(IntegerScheme.SCALES);
        byte[] zeroPointPart = parts.array(IntegerScheme.ZERO_POINTS);
        for (int piece = firstPiece; piece < pieces; piece++) {
            int at = (piece - firstPiece) * Float.BYTES;
            FLOATS.set(scalePart, scaleAt + at, scales[piece]);
            FLOATS.set(zeroPointPart, zeroPointAt + at, zeroPoints[piece]);
        }
    }

    /** Replaces what is not finite in a piece, or refuses it. From then on the tile is read from a copy. */
    private void repair(Tile tile, int from, int length, long at) {
        float[] floats = tile.floats();
        int offset = tile.floatOffset();
        if (request.nonFinite() == NonFinite.ERROR) {
            throw FiniteValues.firstNonFinite(request, floats, offset + from, length, at);
        }
        if (!values.reads(repaired)) {
            if (repaired.length < count) {
                repaired = new float[Math.max(count, Tile.ELEMENTS)];
            }
            System.arraycopy(floats, offset, repaired, 0, count);
            values.ofFloats(repaired, 0);
        }
        FiniteValues.range(repaired, from, length, range);
        float magnitude = surveyed == null ? Math.max(-range[0], range[1]) : surveyed.magnitude(at / groupLength);
        replaced += FiniteValues.repair(repaired, from, length, magnitude, repaired, from);
    }
}
