package io.arrowquant.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Four-bit types in plain loops: every value is compared with every threshold. */
final class ScalarFourBit implements FourBitKernels {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public void maxima(float[] values, int offset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            // Without the sign, bits are in the order of magnitudes, and those of infinity and NaN above all others.
            int largest = 0;
            for (int at = offset + i * block; at < offset + (i + 1) * block; at++) {
                largest = Math.max(largest, Float.floatToRawIntBits(values[at]) & 0x7fffffff);
            }
            maxima[i] = Float.intBitsToFloat(largest);
        }
    }

    @Override
    public void maximaOfBrain(byte[] stored, int byteOffset, int count, int block, float[] maxima) {
        for (int i = 0; i < count / block; i++) {
            int largest = 0;
            for (int at = i * block; at < (i + 1) * block; at++) {
                largest = Math.max(largest, (short) SHORTS.get(stored, byteOffset + 2 * at) & 0x7fff);
            }
            maxima[i] = Float.intBitsToFloat(largest << 16);
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
        for (int i = 0; i < count; i += 2) {
            int first = table.codeOf(values[offset + i] * factors[i / block]);
            int second = table.codeOf(values[offset + i + 1] * factors[(i + 1) / block]);
            packed[packedOffset + i / 2] = (byte) (first << 4 | second);
        }
    }

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
        searchBrain(stored, byteOffset, count, block, factors, table, packed, packedOffset);
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
        for (int i = 0; i < count; i += 2) {
            int at = byteOffset + Short.BYTES * i;
            int first = table.codeOf(Float16.brainAt(stored, at) * factors[i / block]);
            int second = table.codeOf(Float16.brainAt(stored, at + Short.BYTES) * factors[(i + 1) / block]);
            packed[packedOffset + i / 2] = (byte) (first << 4 | second);
        }
    }

    /** The codes of two elements of a block in one byte. */
    static byte pair(float[] values, int at, float factor, FourBitTable table) {
        return (byte) (table.codeOf(values[at] * factor) << 4 | table.codeOf(values[at + 1] * factor));
    }

    /** The same of stored elements. */
    static byte pair(byte[] stored, int at, float factor, FourBitTable table) {
        int first = table.codeOf(Float16.brainAt(stored, at) * factor);
        return (byte) (first << 4 | table.codeOf(Float16.brainAt(stored, at + Short.BYTES) * factor));
    }

    @Override
    public void pack(byte[] codes, int codeOffset, int count, byte[] packed, int packedOffset) {
        int done = 0;
        for (; done + Long.BYTES <= count; done += Long.BYTES) {
            // Eight codes at a time: pairs into every second byte, then those together.
            long eight = (long) LONGS.get(codes, codeOffset + done);
            long pairs = ((eight << 4) | (eight >>> 8)) & 0x00ff00ff00ff00ffL;
            long quads = (pairs | (pairs >>> 8)) & 0x0000ffff0000ffffL;
            INTS.set(packed, packedOffset + done / 2, (int) (quads | (quads >>> 16)));
        }
        for (; done < count; done += 2) {
            packed[packedOffset + done / 2] = (byte) (codes[codeOffset + done] << 4 | codes[codeOffset + done + 1]);
        }
    }

    @Override
    public void unpack(byte[] packed, int packedOffset, byte[] codes, int codeOffset, int count) {
        for (int i = 0; i < count; i++) {
            int pair = packed[packedOffset + i / 2];
            codes[codeOffset + i] = (byte) (i % 2 == 0 ? pair >> 4 & 0xf : pair & 0xf);
        }
    }

    @Override
    public void decode(
            byte[] packed, int packedOffset, int count, int block, float[] tables, float[] values, int offset) {
        // A copy whose length the compiler knows, so that it need not check where codes lead.
        float[] table = new float[FourBitTable.CODES];
        for (int begin = 0, i = 0; begin < count; begin += block, i++) {
            System.arraycopy(tables, i * FourBitTable.CODES, table, 0, FourBitTable.CODES);
            int end = Math.min(count, begin + block);
            int done = begin;
            if (done % 2 != 0) {
                values[offset + done] = table[packed[packedOffset + done / 2] & 0xf];
                done++;
            }
            for (; done + 2 <= end; done += 2) {
                int pair = packed[packedOffset + done / 2];
                values[offset + done] = table[pair >> 4 & 0xf];
                values[offset + done + 1] = table[pair & 0xf];
            }
            if (done < end) {
                values[offset + done] = table[packed[packedOffset + done / 2] >> 4 & 0xf];
            }
        }
    }
}
