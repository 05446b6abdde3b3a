package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTES;
import static io.arrowquant.kernel.VectorShapes.HALF_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTES;
import static io.arrowquant.kernel.VectorShapes.QUARTER_BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2B;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2B;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Codes of 4 bits, two in a short lane, and of 2 bits, four in an int lane, to the lowest byte of the lane and back.
 * Each method does whole vectors and returns how many codes that were.
 */
final class VectorPacking {
    private static final int CODES = BYTES.length();

    private VectorPacking() {}

    static int pack4(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset) {
        int done = 0;
        for (; done + CODES <= count; done += CODES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, codes, codeOffset + done));
            ShortVector pair = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
            ShortVector both = pair.or(SHORT_VECTOR.cast(pair.lanewise(LSHR, 4)));
            HALF_BYTE_VECTOR.cast(both.convertShape(S2B, HALF_BYTES, 0)).intoArray(packed, packedOffset + done / 2);
        }
        return done;
    }

    static int pack2(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset) {
        int done = 0;
        // A quarter of the bytes are written; at 128 bits twice that, which the next round or the caller overwrites.
        int room = 4 * QUARTER_BYTES.length();
        for (; done + room <= count; done += CODES) {
            ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, codes, codeOffset + done));
            IntVector four = INT_VECTOR.cast(loaded.reinterpretAsInts());
            IntVector pairs = four.or(INT_VECTOR.cast(four.lanewise(LSHR, 6)));
            IntVector all = pairs.or(INT_VECTOR.cast(pairs.lanewise(LSHR, 12)));
            QUARTER_BYTE_VECTOR
                    .cast(all.convertShape(I2B, QUARTER_BYTES, 0))
                    .intoArray(packed, packedOffset + done / 4);
        }
        return done;
    }

    static int unpack4(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count) {
        ShortVector byteOfShort = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0xff));
        ShortVector codesOfShort = SHORT_VECTOR.cast(ShortVector.broadcast(SHORTS, 0x0f0f));
        int done = 0;
        for (; done + CODES <= count; done += CODES) {
            ByteVector loaded =
                    HALF_BYTE_VECTOR.cast(ByteVector.fromArray(HALF_BYTES, packed, packedOffset + done / 2));
            ShortVector both =
                    SHORT_VECTOR.cast(loaded.convertShape(B2S, SHORTS, 0)).and(byteOfShort);
            ShortVector pair =
                    both.or(SHORT_VECTOR.cast(both.lanewise(LSHL, 4))).and(codesOfShort);
            BYTE_VECTOR.cast(pair.reinterpretAsBytes()).intoArray(codes, codeOffset + done);
        }
        return done;
    }

    static int unpack2(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count) {
        IntVector byteOfInt = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xff));
        IntVector codesOfInt = INT_VECTOR.cast(IntVector.broadcast(INTS, 0x03030303));
        int done = 0;
        int room = 4 * QUARTER_BYTES.length();
        for (; done + room <= count; done += CODES) {
            ByteVector loaded =
                    QUARTER_BYTE_VECTOR.cast(ByteVector.fromArray(QUARTER_BYTES, packed, packedOffset + done / 4));
            IntVector all = INT_VECTOR.cast(loaded.convertShape(B2I, INTS, 0)).and(byteOfInt);
            IntVector pairs = all.or(INT_VECTOR.cast(all.lanewise(LSHL, 12)));
            IntVector four = pairs.or(INT_VECTOR.cast(pairs.lanewise(LSHL, 6))).and(codesOfInt);
            BYTE_VECTOR.cast(four.reinterpretAsBytes()).intoArray(codes, codeOffset + done);
        }
        return done;
    }
}
