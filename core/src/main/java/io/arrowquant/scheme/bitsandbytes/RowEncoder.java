package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.EightBitKernels;
import io.arrowquant.kernel.Float16;
import io.arrowquant.kernel.FourBitKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Encodes tiles of whole rows. The reference turns weights of every type into float16 first. Rows with values that
 * float16 cannot hold are taken as they are; the reference makes them useless.
 */
final class RowEncoder implements Encoder {
    static final float LARGEST_CODE = 127f;

    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    /** Adding and subtracting it rounds half to even. */
    private static final float ROUNDER = 12582912f;

    private final FiniteBlocks rows;
    private final int columns;
    private final FourBitKernels magnitudes = Kernels.get().fourBit();
    private final EightBitKernels kernels = Kernels.get().eightBit();
    private final float[] maximum = new float[1];

    RowEncoder(EncodeRequest request) {
        this.rows = new FiniteBlocks(request);
        this.columns = (int) Math.max(1, request.shape().columns());
    }

    @Override
    public int tileUnit() {
        return columns;
    }

    @Override
    public long replaced() {
        return rows.replaced();
    }

    @Override
    public void encode(Tile tile, long start, PartBuffers parts) {
        if (start == 0) {
            // The layout of the rows: 0 is "row", one after the other.
            int at = parts.append(RowScheme.FORMAT, 1);
            parts.array(RowScheme.FORMAT)[at] = 0;
        }
        int count = tile.count();
        int codesAt = parts.append(RowScheme.CODES, count);
        int maximaAt = parts.append(RowScheme.ROW_MAXIMA, count / columns * Float.BYTES);
        byte[] codes = parts.array(RowScheme.CODES);
        byte[] maxima = parts.array(RowScheme.ROW_MAXIMA);
        for (int done = 0; done < count; done += columns) {
            float absmax = encodeRow(tile, start, done, codes, codesAt + done);
            FLOATS.set(maxima, maximaAt, absmax);
            maximaAt += Float.BYTES;
        }
    }

    /** Gives the largest magnitude of the row as the file holds it. */
    private float encodeRow(Tile tile, long start, int done, byte[] codes, int at) {
        if (BlockMaxima.isBrain(tile)) {
            byte[] stored = tile.bytes();
            int storedAt = tile.byteOffset() + done * Short.BYTES;
            magnitudes.maximaOfBrain(stored, storedAt, columns, columns, maximum);
            float half = half(maximum[0]);
            // Written so that NaN takes the other way.
            if (half > 0f && half < Float.POSITIVE_INFINITY) {
                kernels.rowOfBrain(stored, storedAt, columns, factor(half), codes, at);
                return half;
            }
        }
        rows.set(tile, done, columns, start + done);
        float absmax = rows.absmax();
        float half = half(absmax);
        if (half == 0f) {
            Arrays.fill(codes, at, at + columns, (byte) 0);
            return half;
        }
        if (Float.isInfinite(half)) {
            encodeLarge(rows.values(), rows.offset(), factor(absmax), codes, at);
            return absmax;
        }
        kernels.row(rows.values(), rows.offset(), columns, factor(half), codes, at);
        return half;
    }

    private static float half(float value) {
        return Float16.halfToFloat(Float16.floatToHalf(value));
    }

    /** The reference multiplies with 127 times the reciprocal, each step rounded. */
    private static float factor(float absmax) {
        return 1f / absmax * LARGEST_CODE;
    }

    /** Values that are not rounded to float16 before. */
    private void encodeLarge(float[] values, int offset, float factor, byte[] codes, int at) {
        for (int i = 0; i < columns; i++) {
            codes[at + i] = (byte) (int) ((values[offset + i] * factor + ROUNDER) - ROUNDER);
        }
    }
}
