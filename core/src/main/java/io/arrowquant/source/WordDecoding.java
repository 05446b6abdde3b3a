package io.arrowquant.source;

import io.arrowquant.kernel.Kernels;
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
        private final int mask = (1 << bits) - 1;
        private DataType scaleType;
        private byte[] codes;
        private byte[] zeroPoints;
        private float[] scales;
        private int[] groupOfColumn;

        Rows(QuantizedTensor tensor, PartReader reader) {
            this.tensor = tensor;
            this.reader = reader;
            this.rows = Math.toIntExact(tensor.info().shape().rows());
            this.columns = Math.toIntExact(tensor.info().shape().columns());
        }

        @Override
        public int rowsTogether() {
            return 1;
        }

        private byte[] whole(int part) throws IOException {
            byte[] bytes =
                    new byte[Math.toIntExact(tensor.parts().get(part).info().byteLength())];
            reader.read(part, 0, bytes, 0, bytes.length);
            return bytes;
        }

        private void load() throws IOException {
            codes = whole(CODES);
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
        }

        @Override
        public void decode(long firstRow, int count, float[] values) throws IOException {
            if (codes == null) {
                load();
            }
            int first = (int) firstRow;
            for (int column = 0; column < columns; column++) {
                int of = groupOfColumn[column];
                for (int i = 0; i < count; i++) {
                    int row = first + i;
                    int code = awq ? alongRows(codes, column, row) : alongColumns(row, column);
                    int zeroPoint = alongRows(zeroPoints, of, row) + zeroPointOffset;
                    values[i * columns + column] = (code - zeroPoint) * scales[of * rows + row];
                }
            }
            roundToScales(values, count * columns);
        }

        /** A code of a word whose codes are those of consecutive rows; {@code line} is the row of words. */
        private int alongRows(byte[] words, int line, int row) {
            int inWord = row % perWord;
            int place = awq ? inWord / 2 + inWord % 2 * (perWord / 2) : inWord;
            return (word(words, line * (rows / perWord) + row / perWord) >>> (place * bits)) & mask;
        }

        private int alongColumns(int row, int column) {
            return (word(codes, column / perWord * rows + row) >>> (column % perWord * bits)) & mask;
        }

        private static int word(byte[] words, int index) {
            return (int) INTS.get(words, index * Integer.BYTES);
        }

        /** Loaders multiply in the type of the scales. */
        private void roundToScales(float[] values, int count) {
            byte[] rounded = new byte[Math.toIntExact(scaleType.byteLength(count))];
            Kernels.get().narrowing().narrow(values, 0, scaleType, rounded, 0, count);
            Kernels.get().widening().widen(scaleType, rounded, 0, values, 0, count);
        }
    }
}
