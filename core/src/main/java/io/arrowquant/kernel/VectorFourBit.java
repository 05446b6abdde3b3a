package io.arrowquant.kernel;

import static io.arrowquant.kernel.VectorShapes.BYTES;
import static io.arrowquant.kernel.VectorShapes.BYTE_VECTOR;
import static io.arrowquant.kernel.VectorShapes.FLOATS;
import static io.arrowquant.kernel.VectorShapes.FLOAT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORTS;
import static io.arrowquant.kernel.VectorShapes.HALF_SHORT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.INTS;
import static io.arrowquant.kernel.VectorShapes.INT_VECTOR;
import static io.arrowquant.kernel.VectorShapes.SHORTS;
import static io.arrowquant.kernel.VectorShapes.SHORT_VECTOR;
import static jdk.incubator.vector.VectorOperators.I2S;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Four-bit types on vectors. What does not fill a vector at the end of a block is left to plain loops.
 *
 * <p>Vectors find the cells of values, whose codes are then looked up one by one. A search on vectors, as in a sorted
 * list, is four dependent steps of many instructions: more than the compiler inlines in every process, and from the first
 * one on that it leaves out, all are slow. Where nothing is decoded and compared beside it, {@link VectorFourBitTree} is.
 */
final class VectorFourBit implements FourBitKernels {
    private static final int FLOAT_LANES = FLOATS.length();
    private static final int BRAIN_LANES = SHORTS.length();

    /** So many codes are packed at once, or searched for where one of them is in no cell. */
    private static final int PIECE = 8;

    private static final VarHandle PACKED = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final FourBitKernels scalar = new ScalarFourBit();

    @Override
    public void maxima(float[] values, int offset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            int at = offset + i * block;
            int end = at + block;
            IntVector largest = INT_VECTOR.cast(IntVector.zero(INTS));
            for (; at + FLOAT_LANES <= end; at += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, at));
                IntVector bits = INT_VECTOR.cast(loaded.reinterpretAsInts());
                largest = INT_VECTOR.cast(largest).max(INT_VECTOR.cast(bits.and(0x7fffffff)));
            }
            int most = INT_VECTOR.cast(largest).reduceLanes(MAX);
            for (; at < end; at++) {
                most = Math.max(most, Float.floatToRawIntBits(values[at]) & 0x7fffffff);
            }
            maxima[i] = Float.intBitsToFloat(most);
        }
    }

    @Override
    public void maximaOfBrain(byte[] stored, int byteOffset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            int at = i * block;
            int end = at + block;
            ShortVector largest = SHORT_VECTOR.cast(ShortVector.zero(SHORTS));
            for (; at + BRAIN_LANES <= end; at += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * at));
                ShortVector bits = SHORT_VECTOR.cast(loaded.reinterpretAsShorts());
                largest = SHORT_VECTOR.cast(largest).max(SHORT_VECTOR.cast(bits.and((short) 0x7fff)));
            }
            int most = SHORT_VECTOR.cast(largest).reduceLanes(MAX);
            for (; at < end; at++) {
                int low = stored[byteOffset + 2 * at] & 0xff;
                most = Math.max(most, (stored[byteOffset + 2 * at + 1] & 0x7f) << 8 | low);
            }
            maxima[i] = Float.intBitsToFloat(most << 16);
        }
    }

    @Override
    public void encode(
            float[] values,
            int offset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            short[] scratch,
            byte[] packed,
            int packedOffset) {
        if (block % 2 != 0) {
            scalar.encode(values, offset, count, block, factors, table, scratch, packed, packedOffset);
            return;
        }
        findCells(values, offset, count, block, factors, scratch);
        int done = 0;
        while (done < count) {
            int known = lookUp(scratch, done, count, table.cells(), packed, packedOffset);
            done = Math.min(count, known + PIECE);
            for (int i = known; i < done; i += 2) {
                packed[packedOffset + i / 2] = ScalarFourBit.pair(values, offset + i, factors[i / block], table);
            }
        }
    }

    /** Elements come in pairs, one int lane each: the first in the lower half, the second in the upper one. */
    @Override
    public void encodeBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            short[] scratch,
            byte[] packed,
            int packedOffset) {
        if (block % 2 != 0) {
            scalar.encodeBrain(stored, byteOffset, count, block, factors, table, scratch, packed, packedOffset);
            return;
        }
        findCellsOfBrain(stored, byteOffset, count, block, factors, scratch);
        int done = 0;
        while (done < count) {
            int known = lookUp(scratch, done, count, table.cells(), packed, packedOffset);
            done = Math.min(count, known + PIECE);
            for (int i = known; i < done; i += 2) {
                packed[packedOffset + i / 2] =
                        ScalarFourBit.pair(stored, byteOffset + Short.BYTES * i, factors[i / block], table);
            }
        }
    }

    @Override
    public void searchBrain(
            byte[] stored,
            int byteOffset,
            int count,
            int block,
            float[] factors,
            FourBitTable table,
            byte[] packed,
            int packedOffset) {
        if (block % 2 != 0) {
            scalar.searchBrain(stored, byteOffset, count, block, factors, table, packed, packedOffset);
        } else {
            VectorFourBitTree.encodeBrain(stored, byteOffset, count, block, factors, table, packed, packedOffset);
        }
    }

    private static void findCells(
            float[] values, int offset, int count, int block, float[] factors, short[] foundCells) {
        FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, FourBitTable.CELL_MAGIC));
        IntVector cellBits = INT_VECTOR.cast(IntVector.broadcast(INTS, FourBitTable.CELL_BITS));
        for (int i = 0; i < count / block; i++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factors[i]));
            int done = i * block;
            int end = done + block;
            for (; done + FLOAT_LANES <= end; done += FLOAT_LANES) {
                FloatVector loaded = FLOAT_VECTOR.cast(FloatVector.fromArray(FLOATS, values, offset + done));
                IntVector sum = INT_VECTOR.cast(loaded.mul(factor).add(magic).reinterpretAsInts());
                HALF_SHORT_VECTOR
                        .cast(sum.and(cellBits).convertShape(I2S, HALF_SHORTS, 0))
                        .intoArray(foundCells, done);
            }
            for (; done < end; done++) {
                foundCells[done] = FourBitTable.cellOf(values[offset + done] * factors[i]);
            }
        }
    }

    private static void findCellsOfBrain(
            byte[] stored, int byteOffset, int count, int block, float[] factors, short[] foundCells) {
        FloatVector magic = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, FourBitTable.CELL_MAGIC));
        IntVector cellBits = INT_VECTOR.cast(IntVector.broadcast(INTS, FourBitTable.CELL_BITS));
        IntVector upperHalf = INT_VECTOR.cast(IntVector.broadcast(INTS, 0xffff0000));
        for (int i = 0; i < count / block; i++) {
            FloatVector factor = FLOAT_VECTOR.cast(FloatVector.broadcast(FLOATS, factors[i]));
            int done = i * block;
            int end = done + block;
            for (; done + BRAIN_LANES <= end; done += BRAIN_LANES) {
                ByteVector loaded = BYTE_VECTOR.cast(ByteVector.fromArray(BYTES, stored, byteOffset + 2 * done));
                IntVector pair = INT_VECTOR.cast(loaded.reinterpretAsInts());
                FloatVector x = FLOAT_VECTOR.cast(
                        INT_VECTOR.cast(pair.lanewise(LSHL, 16)).reinterpretAsFloats());
                FloatVector y = FLOAT_VECTOR.cast(pair.and(upperHalf).reinterpretAsFloats());
                IntVector first = INT_VECTOR.cast(x.mul(factor).add(magic).reinterpretAsInts());
                IntVector second = INT_VECTOR.cast(y.mul(factor).add(magic).reinterpretAsInts());
                IntVector secondCell = INT_VECTOR.cast(second.and(cellBits).lanewise(LSHL, 16));
                IntVector both = INT_VECTOR.cast(first.and(cellBits).or(secondCell));
                SHORT_VECTOR.cast(both.reinterpretAsShorts()).intoArray(foundCells, done);
            }
            for (; done < end; done++) {
                float value = Float16.brainAt(stored, byteOffset + Short.BYTES * done);
                foundCells[done] = FourBitTable.cellOf(value * factors[i]);
            }
        }
    }

    /** Packs the codes of cells, up to the first piece with a cell that has none; returns where that begins. */
    private static int lookUp(short[] foundCells, int from, int count, byte[] cells, byte[] packed, int packedOffset) {
        int done = from;
        for (; done <= count - PIECE; done += PIECE) {
            int a = cells[foundCells[done]];
            int b = cells[foundCells[done + 1]];
            int c = cells[foundCells[done + 2]];
            int d = cells[foundCells[done + 3]];
            int e = cells[foundCells[done + 4]];
            int f = cells[foundCells[done + 5]];
            int g = cells[foundCells[done + 6]];
            int h = cells[foundCells[done + 7]];
            int four = a << 4 | b | c << 12 | d << 8;
            int nextFour = e << 4 | f | g << 12 | h << 8;
            if ((four | nextFour) < 0) {
                return done;
            }
            PACKED.set(packed, packedOffset + done / 2, four | nextFour << 16);
        }
        return done;
    }

    @Override
    public void pack(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset) {
        scalar.pack(codes, codeOffset, count, packed, packedOffset);
    }

    @Override
    public void unpack(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count) {
        scalar.unpack(packed, packedOffset, codes, codeOffset, count);
    }

    @Override
    public void decode(
            byte[] packed, int packedOffset, int count, int block, float[] tables, float[] values, int offset) {
        if (!VectorFourBitValues.FITS || block % VectorFourBitValues.LANES != 0 || count % block != 0) {
            scalar.decode(packed, packedOffset, count, block, tables, values, offset);
        } else {
            VectorFourBitValues.decode(packed, packedOffset, count / block, block, tables, values, offset);
        }
    }
}
