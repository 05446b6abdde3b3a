package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.unsafe.Platform;

/** Evaluates dequantize on rows. Public because generated code calls it. */
public final class DequantizeEvaluator {
    private final QuantizedFields fields;
    private final ArgumentValues arguments;
    private final LabelledSchemes schemes = new LabelledSchemes();
    private final StoredParts storedParts;
    private float[] values = new float[0];
    private Scheme decodedScheme;
    private Shape decodedShape;
    private DataType decodedSource;
    private Decoder decoder;

    DequantizeEvaluator(DequantizeCall call) {
        fields = call.fields();
        arguments = new ArgumentValues(call.argumentNames());
        storedParts = new StoredParts(fields);
    }

    /** The values of one row; null when there are none, as in a row that was quarantined. */
    public ArrayData evaluate(Object[] argumentValues) {
        InternalRow row = (InternalRow) argumentValues[0];
        if (row == null || QuantizedFields.isNull(row, fields.data()) || QuantizedFields.isNull(row, fields.scheme())) {
            return null;
        }
        arguments.set(argumentValues);
        storedParts.set(row);
        byte[] data = row.getBinary(fields.data());
        String label = row.getUTF8String(fields.scheme()).toString();
        DataType kept = DataType.find(label);
        int count = kept == null ? decode(row, label, data) : widen(kept, data);
        return UnsafeArrayData.fromPrimitiveArray(values, Platform.FLOAT_ARRAY_OFFSET, count, Float.BYTES);
    }

    private int widen(DataType type, byte[] data) {
        if (!type.isReadableAsFloat()) {
            throw new InvalidRequestException(type + " elements cannot be read as numbers");
        }
        if (data.length % type.bytes() != 0) {
            throw new InvalidRequestException(
                    data.length + " bytes are no whole number of " + type + " elements of " + type.bits() + " bits");
        }
        int count = data.length / type.bytes();
        makeRoom(count);
        Kernels.get().widening().widen(type, data, 0, values, 0, count);
        return count;
    }

    private int decode(InternalRow row, String label, byte[] data) {
        Shape shape = storedParts.shape();
        int groupSize = QuantizedFields.isNull(row, fields.groupSize()) ? 0 : row.getInt(fields.groupSize());
        Scheme scheme = schemes.find(label, groupSize, shape);
        int count = count(scheme, shape, data.length);
        if (shape == null) {
            shape = Shape.of(count);
        }
        long start = start();
        if (start < 0 || start > shape.elements() - count) {
            throw new InvalidRequestException("shape " + shape + " holds " + shape.elements()
                    + " elements, but the struct holds " + count + " from element_start " + start);
        }
        DataType source = scheme.dependsOnSource() ? storedParts.source() : DataType.F32;
        List<PartSpec> specs = scheme.parts(shape, source);
        byte[][] parts = storedParts.of(scheme, shape, specs, data, start, count);
        makeRoom(count);
        if (!scheme.equals(decodedScheme) || !shape.equals(decodedShape) || source != decodedSource) {
            decoder = scheme.decoder(shape, source);
            decodedSource = source;
            decodedScheme = scheme;
            decodedShape = shape;
        }
        try {
            decoder.decode(parts, new int[parts.length], start, count, values, 0);
        } catch (IndexOutOfBoundsException tooShort) {
            throw new InvalidRequestException(
                    "the parts of the struct are too short for " + count + " elements of scheme " + scheme.spelling(),
                    "",
                    tooShort);
        }
        return count;
    }

    private long start() {
        Long given = arguments.number(Arguments.ELEMENT_START);
        if (given != null) {
            return given;
        }
        Long stored = storedParts.number(ExtraParts.ELEMENT_START);
        return stored == null ? 0 : stored;
    }

    /** The exact number of elements where the row tells it; otherwise what the shape or the bytes allow. */
    private int count(Scheme scheme, Shape shape, int bytes) {
        Long count = arguments.number(Arguments.ELEMENT_COUNT);
        if (count == null) {
            count = storedParts.number(ExtraParts.ELEMENT_COUNT);
        }
        if (count == null && shape != null && scheme.parts(shape).get(0).byteLength() == bytes) {
            count = shape.elements();
        }
        if (count == null) {
            count = (long) bytes * Byte.SIZE / scheme.bitWidth();
        }
        if (count < 0 || count > Integer.MAX_VALUE) {
            throw new InvalidRequestException("an array cannot hold " + count + " elements");
        }
        return count.intValue();
    }

    private void makeRoom(int count) {
        if (values.length < count) {
            values = new float[count];
        }
    }
}
