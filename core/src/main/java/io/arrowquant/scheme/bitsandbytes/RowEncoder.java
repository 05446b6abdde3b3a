package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.kernel.Float16;
import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.DataType;
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

    private final EncodeRequest request;
    private final FiniteBlocks rows;
    private final int columns;
    private final float[] halves;

    RowEncoder(EncodeRequest request) {
        this.request = request;
        this.rows = new FiniteBlocks(request);
        this.columns = (int) Math.max(1, request.shape().columns());
        this.halves = new float[request.dtype() == DataType.F16 ? 0 : columns];
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
            rows.set(tile, done, columns, start + done);
            float absmax = encodeRow(codes, codesAt + done);
            FLOATS.set(maxima, maximaAt, absmax);
            maximaAt += Float.BYTES;
        }
    }

    private float encodeRow(byte[] codes, int at) {
        float absmax = rows.absmax();
        float half = half(absmax);
        if (request.dtype() == DataType.F16 || Float.isInfinite(half)) {
            encode(rows.values(), rows.offset(), columns, absmax, codes, at);
            return absmax;
        }
        for (int i = 0; i < columns; i++) {
            halves[i] = half(rows.values()[rows.offset() + i]);
        }
        encode(halves, 0, columns, half, codes, at);
        return half;
    }

    private static float half(float value) {
        return Float16.halfToFloat(Float16.floatToHalf(value));
    }

    /** The reference multiplies with 127 times the reciprocal, each step rounded. */
    private static void encode(float[] values, int offset, int count, float absmax, byte[] codes, int at) {
        if (absmax == 0f) {
            Arrays.fill(codes, at, at + count, (byte) 0);
            return;
        }
        float factor = 1f / absmax * LARGEST_CODE;
        for (int i = 0; i < count; i++) {
            codes[at + i] = (byte) (int) ((values[offset + i] * factor + ROUNDER) - ROUNDER);
        }
    }
}
