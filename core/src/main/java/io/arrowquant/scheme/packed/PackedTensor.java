package io.arrowquant.scheme.packed;

import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.Shape;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The packed output of a tensor, filled row by row. The only thing of a tensor's size that an encoder holds. */
final class PackedTensor {
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final Settings settings;
    private final Shape shape;
    private final int columns;
    private final byte[] codes;
    private final byte[] zeroPoints;
    private final byte[] scales;
    /** AWQ's words hold codes of several rows: those of the rows that share words, until the last of them has come. */
    private final byte[] pending;

    PackedTensor(Settings settings, Shape shape) {
        this.settings = settings;
        this.shape = shape;
        this.columns = (int) shape.columns();
        long groups = settings.groups(shape);
        this.codes = new byte[Math.toIntExact(shape.elements() * settings.bits() / Byte.SIZE)];
        this.zeroPoints = new byte[Math.toIntExact(groups * shape.rows() * settings.bits() / Byte.SIZE)];
        this.scales = new byte[Math.toIntExact(groups * shape.rows() * Short.BYTES)];
        this.pending = new byte[settings.layout() == Layout.AWQ ? settings.codesPerWord() * columns : 0];
    }

    /** Takes a group: scale, zero point and the codes from a column of a row on. */
    void set(long row, long column, short scale, int zeroPoint, byte[] groupCodes, int offset) {
        long group = column / settings.group();
        SHORTS.set(scales, (int) settings.scale(shape, row, group) * Short.BYTES, scale);
        int word = (int) settings.zeroPointWord(shape, row, group) * Integer.BYTES;
        int stored = zeroPoint - settings.layout().smallestZeroPoint;
        int placed = stored << settings.layout().shift(row, settings.bits());
        INTS.set(zeroPoints, word, (int) INTS.get(zeroPoints, word) | placed);
        if (settings.layout() == Layout.GPTQ) {
            setColumns(row, column, groupCodes, offset);
            return;
        }
        int rowsTogether = settings.codesPerWord();
        System.arraycopy(groupCodes, offset, pending, (int) (row % rowsTogether * columns + column), settings.group());
        if (row % rowsTogether == rowsTogether - 1) {
            setRows(row - row % rowsTogether, (int) column);
        }
    }

    /** Words of consecutive columns. */
    private void setColumns(long row, long column, byte[] groupCodes, int offset) {
        int perWord = settings.codesPerWord();
        for (int done = 0; done < settings.group(); done += perWord) {
            int word = 0;
            for (int i = perWord - 1; i >= 0; i--) {
                word = word << settings.bits() | (groupCodes[offset + done + i] & 0xff);
            }
            INTS.set(codes, (int) settings.codeWord(shape, row, column + done) * Integer.BYTES, word);
        }
    }

    /** Words of consecutive rows, for the columns of one group. */
    private void setRows(long firstRow, int column) {
        for (int c = column; c < column + settings.group(); c++) {
            int word = 0;
            for (int i = 0; i < settings.codesPerWord(); i++) {
                word |= (pending[i * columns + c] & 0xff) << settings.codeShift(firstRow + i, c);
            }
            INTS.set(codes, (int) settings.codeWord(shape, firstRow, c) * Integer.BYTES, word);
        }
    }

    /** Hands everything over once the last row is there. */
    void give(PartBuffers parts) {
        parts.give(Layout.CODES, codes);
        parts.give(Layout.ZERO_POINTS, zeroPoints);
        parts.give(Layout.SCALES, scales);
        if (settings.layout() == Layout.GPTQ) {
            byte[] groupOfColumn = new byte[columns * Integer.BYTES];
            for (int column = 0; column < columns; column++) {
                INTS.set(groupOfColumn, column * Integer.BYTES, column / settings.group());
            }
            parts.give(Layout.GROUP_OF_COLUMN, groupOfColumn);
        }
    }
}
