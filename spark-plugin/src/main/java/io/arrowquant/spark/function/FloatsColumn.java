package io.arrowquant.spark.function;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.spark.sql.vectorized.ArrowColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.unsafe.Platform;

/** A column of float arrays without null elements. Arrays are copied in one go where Spark's own class goes one by one. */
final class FloatsColumn extends ArrowColumnVector {
    private final ListVector list;
    private final Elements elements;

    FloatsColumn(ListVector list) {
        super(list);
        this.list = list;
        this.elements = new Elements((Float4Vector) list.getDataVector());
    }

    @Override
    public ColumnarArray getArray(int row) {
        int begin = list.getElementStartIndex(row);
        return new ColumnarArray(elements, begin, list.getElementEndIndex(row) - begin);
    }

    /** The elements of all arrays. */
    private static final class Elements extends ArrowColumnVector {
        private final ArrowBuf buffer;

        Elements(Float4Vector vector) {
            super(vector);
            buffer = vector.getDataBuffer();
        }

        @Override
        public boolean isNullAt(int index) {
            return false;
        }

        @Override
        public float getFloat(int index) {
            return buffer.getFloat((long) index * Float.BYTES);
        }

        @Override
        public float[] getFloats(int index, int count) {
            float[] values = new float[count];
            long size = (long) count * Float.BYTES;
            long begin = (long) index * Float.BYTES;
            buffer.checkBytes(begin, begin + size);
            Platform.copyMemory(null, buffer.memoryAddress() + begin, values, Platform.FLOAT_ARRAY_OFFSET, size);
            return values;
        }
    }
}
