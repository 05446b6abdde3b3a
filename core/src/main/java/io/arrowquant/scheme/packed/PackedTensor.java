package io.arrowquant.scheme.packed;

import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.tensor.Shape;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The packed output of a tensor, filled row by row: the only thing of a tensor's size that an encoder holds, beside some of
 * its rows.
 */
final class PackedTensor {
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final Settings settings;
    private final Shape shape;
    private final byte[] codes;
    private final byte[] zeroPoints;
    private final byte[] scales;
    private final RowStrip strip;
    private long row;
    private long group;

    PackedTensor(Settings settings, Shape shape) {
        this.settings = settings;
        this.shape = shape;
        long groups = settings.groups(shape);
        this.codes = new byte[Math.toIntExact(shape.elements() * settings.bits() / Byte.SIZE)];
        this.zeroPoints = new byte[Math.toIntExact(groups * shape.rows() * settings.bits() / Byte.SIZE)];
        this.scales = new byte[Math.toIntExact(groups * shape.rows() * Short.BYTES)];
        int rows = Math.toIntExact(shape.rows());
        this.strip = new RowStrip(settings.layout(), rows, codes.length / rows, codes);
    }

    /** Takes the groups that follow those before, with their codes packed as a stream of bits. */
    void add(GroupCodes groups) {
        for (int i = 0; i < groups.count(); i++) {
            int zeroPoint = groups.zeroPoint(i) - settings.layout().smallestZeroPoint;
            int word = (int) settings.zeroPointWord(shape, row, group) * Integer.BYTES;
            int placed = zeroPoint << settings.layout().shift(row, settings.bits());
            INTS.set(zeroPoints, word, (int) INTS.get(zeroPoints, word) | placed);
            SHORTS.set(scales, (int) settings.scale(shape, row, group) * Short.BYTES, groups.storedScale(i));
            group++;
            if (group == settings.groups(shape)) {
                group = 0;
                row++;
            }
        }
        strip.add(groups.packed(), groups.count() * settings.group() * settings.bits() / Byte.SIZE);
    }

    /** Hands everything over once the last row is there. */
    void give(PartBuffers parts) {
        parts.give(Layout.CODES, codes);
        parts.give(Layout.ZERO_POINTS, zeroPoints);
        parts.give(Layout.SCALES, scales);
        if (settings.layout() == Layout.GPTQ) {
            int columns = Math.toIntExact(shape.columns());
            byte[] groupOfColumn = new byte[columns * Integer.BYTES];
            for (int column = 0; column < columns; column++) {
                INTS.set(groupOfColumn, column * Integer.BYTES, column / settings.group());
            }
            parts.give(Layout.GROUP_OF_COLUMN, groupOfColumn);
        }
    }
}
