package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.unsafe.Platform;

/** The parts of a scheme, taken back out of the struct that holds them. */
final class StoredParts {
    private final QuantizedFields fields;
    private InternalRow row;

    StoredParts(QuantizedFields fields) {
        this.fields = fields;
    }

    void set(InternalRow row) {
        this.row = row;
    }

    /** The shape of the whole tensor, or null when the struct does not tell. */
    Shape shape() {
        if (QuantizedFields.isNull(row, fields.shape())) {
            return null;
        }
        long[] lengths = row.getArray(fields.shape()).toLongArray();
        try {
            return Shape.of(lengths);
        } catch (ArithmeticException impossible) {
            throw new InvalidRequestException(
                    "the struct's shape is impossible: " + impossible.getMessage(), "", impossible);
        }
    }

    /** A number among the parts, or null. */
    Long number(String name) {
        byte[] part = find(name);
        if (part == null) {
            return null;
        }
        if (part.length != Long.BYTES) {
            throw new InvalidRequestException("part " + name + " of the struct has " + part.length + " bytes, not 8");
        }
        return ExtraParts.number(part);
    }

    /** The type of the values that were quantized. */
    DataType source() {
        byte[] part = find(ExtraParts.DTYPE);
        return part == null ? DataType.F32 : ExtraParts.type(part);
    }

    /** All parts as decoders take them, their lengths checked. */
    byte[][] of(Scheme scheme, Shape shape, List<PartSpec> specs, byte[] data, long start, int count) {
        byte[][] parts = new byte[specs.size()][];
        parts[0] = data;
        if (PartSpec.areScaleColumns(specs)) {
            long codes = ((long) count * scheme.bitWidth() + Byte.SIZE - 1) / Byte.SIZE;
            if (codes != data.length) {
                throw new InvalidRequestException("quantized_data has " + data.length + " bytes, but " + count
                        + " elements of " + scheme.bitWidth() + " bits take " + codes);
            }
            long groupLength = scheme.unit(shape);
            long groups = count == 0 ? 0 : (start + count - 1) / groupLength - start / groupLength + 1;
            parts[1] = floats(QuantizedStruct.SCALES, fields.scales(), groups);
            parts[2] = floats(QuantizedStruct.ZERO_POINTS, fields.zeroPoints(), groups);
            return parts;
        }
        boolean whole = count == shape.elements();
        checkLength(specs.get(0), data, whole);
        for (int i = 1; i < parts.length; i++) {
            PartSpec spec = specs.get(i);
            parts[i] = find(spec.suffix());
            if (parts[i] == null) {
                throw new InvalidRequestException(
                        "the struct has no part " + spec.suffix() + ", which scheme " + scheme.spelling() + " needs");
            }
            checkLength(spec, parts[i], whole);
        }
        return parts;
    }

    private static void checkLength(PartSpec spec, byte[] part, boolean whole) {
        if (whole && !spec.allows(part.length)) {
            throw new InvalidRequestException("part " + spec.suffix() + " has " + part.length + " bytes, but must have "
                    + (spec.extent() == PartSpec.Extent.AT_MOST ? "at most " : "") + spec.byteLength());
        }
    }

    /** A column of floats as little-endian bytes. */
    private byte[] floats(String name, int field, long expected) {
        if (QuantizedFields.isNull(row, field)) {
            throw new InvalidRequestException("the struct has no " + name);
        }
        ArrayData array = row.getArray(field);
        if (array.numElements() != expected) {
            throw new InvalidRequestException(
                    name + " holds " + array.numElements() + " values, but there are " + expected + " groups");
        }
        for (int i = 0; i < array.numElements(); i++) {
            if (array.isNullAt(i)) {
                throw new InvalidRequestException(name + " contains null at index " + i);
            }
        }
        float[] values = array.toFloatArray();
        byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
        Platform.copyMemory(values, Platform.FLOAT_ARRAY_OFFSET, bytes, Platform.BYTE_ARRAY_OFFSET, bytes.length);
        return bytes;
    }

    private byte[] find(String name) {
        if (QuantizedFields.isNull(row, fields.parts())) {
            return null;
        }
        MapData parts = row.getMap(fields.parts());
        ArrayData names = parts.keyArray();
        for (int i = 0; i < names.numElements(); i++) {
            if (names.getUTF8String(i).toString().equals(name)) {
                return parts.valueArray().isNullAt(i)
                        ? null
                        : parts.valueArray().getBinary(i);
            }
        }
        return null;
    }
}
