package io.arrowquant.spark.function;

import io.arrowquant.tensor.Shape;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** The struct that {@code quantize} returns, as Spark rows. */
final class QuantizedStruct {
    static final String QUANTIZED_DATA = "quantized_data";
    static final String SCALES = "scales";
    static final String ZERO_POINTS = "zero_points";
    static final String SHAPE = "shape";
    static final String BIT_WIDTH = "bit_width";
    static final String SCHEME = "scheme";
    static final String GROUP_SIZE = "group_size";
    static final String PARTS = "parts";

    static final StructType TYPE = new StructType()
            .add(QUANTIZED_DATA, DataTypes.BinaryType)
            .add(SCALES, DataTypes.createArrayType(DataTypes.FloatType, false))
            .add(ZERO_POINTS, DataTypes.createArrayType(DataTypes.FloatType, false))
            .add(SHAPE, DataTypes.createArrayType(DataTypes.LongType, false))
            .add(BIT_WIDTH, DataTypes.IntegerType)
            .add(SCHEME, DataTypes.StringType)
            .add(GROUP_SIZE, DataTypes.IntegerType)
            .add(PARTS, DataTypes.createMapType(DataTypes.StringType, DataTypes.BinaryType, false));

    private QuantizedStruct() {}

    static InternalRow row(QuantizedRange range) {
        MapData parts = map(ExtraParts.of(range));
        if (range.isError()) {
            return new GenericInternalRow(new Object[] {null, null, null, null, null, null, null, parts});
        }
        byte[] payload = range.isKept() ? range.kept() : range.parts().toByteArray(0);
        UnsafeArrayData scales = null;
        UnsafeArrayData zeroPoints = null;
        if (range.isKept()) {
            scales = floats(range.kept(), 0);
            zeroPoints = scales;
        } else if (range.hasScaleColumns()) {
            scales = floats(range.scales(), range.scalesLength());
            zeroPoints = floats(range.zeroPoints(), range.zeroPointsLength());
        }
        return new GenericInternalRow(new Object[] {
            payload,
            scales,
            zeroPoints,
            longs(range.shape()),
            range.bitWidth(),
            UTF8String.fromString(range.scheme()),
            range.groupSize(),
            parts
        });
    }

    private static UnsafeArrayData floats(byte[] bytes, int length) {
        return UnsafeArrayData.fromPrimitiveArray(bytes, Platform.BYTE_ARRAY_OFFSET, length / Float.BYTES, Float.BYTES);
    }

    private static UnsafeArrayData longs(Shape shape) {
        return UnsafeArrayData.fromPrimitiveArray(shape.toArray());
    }

    private static MapData map(Map<String, byte[]> parts) {
        if (parts == null) {
            return null;
        }
        Object[] keys = new Object[parts.size()];
        Object[] values = new Object[parts.size()];
        int at = 0;
        for (Map.Entry<String, byte[]> part : parts.entrySet()) {
            keys[at] = UTF8String.fromString(part.getKey());
            values[at] = part.getValue();
            at++;
        }
        return new ArrayBasedMapData(new GenericArrayData(keys), new GenericArrayData(values));
    }
}
