package io.arrowquant.source;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;

/**
 * Parts as a scheme of the catalog makes them, decoded by that scheme. Every part is a matrix whose rows belong to one or
 * several rows of the weight, or small enough to be read whole.
 *
 * @param arithmetic the type the values are computed in: that of the scales, where these have one
 * @param stored for each part of the scheme, the index among the stored parts, or -1 for one that decoding does not need
 */
record SchemeDecoding(Scheme scheme, DataType arithmetic, List<Integer> stored) implements Decoding {
    /** Zero points of so many rows fill whole words, whatever their width. */
    private static final int ROWS_OF_WORDS = 32;

    private static final int ROWS_OF_BLOCKS = 128;

    @Override
    public String spelling() {
        return scheme.spelling();
    }

    @Override
    public RowDecoder open(QuantizedTensor tensor, PartReader reader) {
        return new Rows(tensor, reader);
    }

    private final class Rows implements RowDecoder {
        private final QuantizedTensor tensor;
        private final PartReader reader;
        private final Shape shape;
        private final List<PartSpec> specs;
        private final Decoder decoder;
        private final byte[][] parts;
        private final int[] offsets;
        private final int together;

        Rows(QuantizedTensor tensor, PartReader reader) {
            this.tensor = tensor;
            this.reader = reader;
            this.shape = tensor.info().shape();
            this.specs = scheme.parts(shape, arithmetic);
            this.decoder = scheme.decoder(shape, arithmetic);
            this.parts = new byte[specs.size()][0];
            this.offsets = new int[specs.size()];
            int most = 1;
            for (PartSpec spec : specs) {
                most = Math.max(most, rowsPerUnit(spec));
            }
            this.together = most;
        }

        @Override
        public int rowsTogether() {
            return together;
        }

        /** Rows of the weight after which a part begins a new row of its own; 0 when it is not cut. */
        private int rowsPerUnit(PartSpec spec) {
            long partRows = spec.shape().rank() == 2 ? spec.shape().dimension(0) : 1;
            if (spec.shape().rank() != 2 || shape.rows() <= 1) {
                return 0;
            }
            if (partRows == shape.rows()) {
                return 1;
            }
            return partRows == (shape.rows() - 1) / ROWS_OF_BLOCKS + 1
                            && !spec.suffix().contains("zero")
                    ? ROWS_OF_BLOCKS
                    : ROWS_OF_WORDS;
        }

        @Override
        public void decode(long firstRow, int rows, float[] values) throws IOException {
            for (int part = 0; part < parts.length; part++) {
                if (stored.get(part) >= 0) {
                    load(part, firstRow, rows);
                }
            }
            int count = Math.toIntExact(rows * shape.columns());
            decoder.decode(parts, offsets, firstRow * shape.columns(), count, values, 0);
        }

        private void load(int part, long firstRow, int rows) throws IOException {
            PartSpec spec = specs.get(part);
            int perUnit = rowsPerUnit(spec);
            long begin = 0;
            long elements = spec.shape().elements();
            if (perUnit > 0) {
                long partRows = spec.shape().dimension(0);
                long columns = spec.shape().dimension(1);
                // Parts with a row for each unit, and zero points, which have as many rows for it as a code has bits.
                long perRows = perUnit == ROWS_OF_WORDS ? scheme.bitWidth() : 1;
                long from = firstRow / perUnit * perRows;
                long to = Math.min(partRows, (firstRow + rows + perUnit - 1) / perUnit * perRows);
                begin = from * columns;
                elements = (to - from) * columns;
            }
            read(part, spec.dtype(), begin, Math.toIntExact(elements));
        }

        /** Reads elements of a part, widened where they are stored narrower than the scheme makes them. */
        private void read(int part, DataType wanted, long begin, int elements) throws IOException {
            int index = stored.get(part);
            TensorInfo info = tensor.parts().get(index).info();
            int length = Math.toIntExact(wanted.byteLength(elements));
            if (parts[part].length < length) {
                parts[part] = new byte[length];
            }
            if (info.dtype() == wanted || info.dtype().bits() == wanted.bits()) {
                reader.read(index, wanted.byteLength(begin), parts[part], 0, length);
                return;
            }
            int narrow = Math.toIntExact(info.dtype().byteLength(elements));
            byte[] bytes = new byte[narrow];
            reader.read(index, info.dtype().byteLength(begin), bytes, 0, narrow);
            float[] floats = new float[elements];
            widen(info.dtype(), bytes, floats);
            Kernels.get().narrowing().narrow(floats, 0, wanted, parts[part], 0, elements);
        }

        private static void widen(DataType type, byte[] bytes, float[] floats) {
            if (type != DataType.F8_E8M0) {
                Kernels.get().widening().widen(type, bytes, 0, floats, 0, floats.length);
                return;
            }
            for (int i = 0; i < floats.length; i++) {
                int exponent = (bytes[i] & 0xff) - 127;
                floats[i] = exponent == 128 ? Float.NaN : (float) Math.scalb(1.0, exponent);
            }
        }
    }
}
