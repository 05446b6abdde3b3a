package io.arrowquant.source;

import io.arrowquant.kernel.IntegerKernels;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.NibbleSquares;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Codes in words of 32 bits, as GPTQ and AWQ pack them. The stored matrix is the weight turned: its rows are the weight's
 * columns. So the words of the whole tensor are held while it is decoded.
 *
 * @param awq words along the rows of the weight, even ones first; otherwise (GPTQ) along its columns
 * @param zeroPointOffset what a reader adds to stored zero points
 * @param group columns that share a scale, where no part names the group of each
 */
record WordDecoding(boolean awq, int bits, int zeroPointOffset, long group) implements Decoding {
    static final int CODES = 0;
    static final int ZERO_POINTS = 1;
    static final int SCALES = 2;
    /** Of GPTQ, and even there not always. */
    static final int GROUP_OF_COLUMN = 3;

    /** Below so many columns a kernel takes longer to begin than a loop to end. */
    private static final int SHORTEST_RUN = 16;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    @Override
    public String spelling() {
        return (awq ? "awq_int" : "gptq_int") + bits;
    }

    @Override
    public RowDecoder open(QuantizedTensor tensor, PartReader reader) {
        return new Rows(tensor, reader);
    }

    private final class Rows implements RowDecoder {
        private final QuantizedTensor tensor;
        private final PartReader reader;
        private final int rows;
        private final int columns;
        private final int perWord = Integer.SIZE / bits;
        private final IntegerKernels integers = Kernels.get().integer();
        private DataType scaleType;
        /** Null until something is decoded; so are the others. */
        private WordRows words;

        /** Of one row. */
        private byte[] codes;

        private byte[] zeroPoints;
        private float[] scales;
        private int[] groupOfColumn;
        /** For each column the one after the last of its run, whose columns are all of its group. */
        private int[] endOfRun;

        private byte[] rounded = new byte[0];

        Rows(QuantizedTensor tensor, PartReader reader) {
            this.tensor = tensor;
            this.reader = reader;
            this.rows = Math.toIntExact(tensor.info().shape().rows());
            this.columns = Math.toIntExact(tensor.info().shape().columns());
        }

        @Override
        public int rowsTogether() {
            return awq ? WordRows.AWQ_ROWS : 1;
        }

        private byte[] whole(int part) throws IOException {
            byte[] bytes =
                    new byte[Math.toIntExact(tensor.parts().get(part).info().byteLength())];
            reader.read(part, 0, bytes, 0, bytes.length);
            return bytes;
        }

        private void load() throws IOException {
            codes = new byte[columns];
            zeroPoints = whole(ZERO_POINTS);
            TensorInfo stored = tensor.parts().get(SCALES).info();
            scaleType = stored.dtype();
            scales = new float[Math.toIntExact(stored.elements())];
            Kernels.get().widening().widen(scaleType, whole(SCALES), 0, scales, 0, scales.length);
            groupOfColumn = new int[columns];
            boolean named = tensor.parts().size() > GROUP_OF_COLUMN;
            byte[] names = named ? whole(GROUP_OF_COLUMN) : null;
            int groups = scales.length / rows;
            for (int column = 0; column < columns; column++) {
                int of = named ? (int) INTS.get(names, column * Integer.BYTES) : (int) (column / group);
                // Some writers count groups from the end.
                groupOfColumn[column] = Math.floorMod(of, groups);
            }
            endOfRun = new int[columns];
            for (int column = columns - 1, end = columns; column >= 0; column--) {
                endOfRun[column] = end;
                if (column > 0 && groupOfColumn[column] != groupOfColumn[column - 1]) {
                    end = column;
                }
            }
            words = new WordRows(whole(CODES), rows, columns, columns / perWord * Integer.BYTES);
        }

        @Override
        public void decode(long firstRow, int count, float[] values) throws IOException {
            if (words == null) {
                load();
            }
            int first = (int) firstRow;
            if (awq) {
                words.turnRows(first, count);
            } else {
                words.turnColumns(first, count);
            }
            for (int i = 0; i < count; i++) {
                integers.unpack(words.turned(), words.at(i), bits, codes, 0, columns);
                decodeRow(first + i, values, i * columns);
            }
            roundToScales(values, count * columns);
        }

        /** Columns of one group follow each other, unless they are in an order of activations. */
        private void decodeRow(int row, float[] values, int offset) {
            int column = 0;
            while (column < columns) {
                int of = groupOfColumn[column];
                int end = endOfRun[column];
                float scale = scales[of * rows + row];
                int zeroPoint = zeroPoint(of, row);
                if (end - column >= SHORTEST_RUN && Float.isFinite(scale)) {
                    integers.decode(codes, column, end - column, scale, zeroPoint, values, offset + column);
                } else {
                    // Scales that are not finite make values that are not, which kernels would not.
                    for (int c = column; c < end; c++) {
                        values[offset + c] = ((codes[c] & 0xff) - zeroPoint) * scale;
                    }
                }
                column = end;
            }
        }

        private int zeroPoint(int group, int row) {
            int inWord = row % perWord;
            int place = awq ? NibbleSquares.placeOf(inWord) : inWord;
            int index = group * (rows / perWord) + row / perWord;
            int word = (int) INTS.get(zeroPoints, index * Integer.BYTES);
            return ((word >>> (place * bits)) & ((1 << bits) - 1)) + zeroPointOffset;
        }

        /** Loaders multiply in the type of the scales. */
        private void roundToScales(float[] values, int count) {
            int bytes = Math.toIntExact(scaleType.byteLength(count));
            if (rounded.length < bytes) {
                rounded = new byte[bytes];
            }
            Kernels.get().narrowing().narrow(values, 0, scaleType, rounded, 0, count);
            Kernels.get().widening().widen(scaleType, rounded, 0, values, 0, count);
        }
    }
}
