package io.arrowquant.arrow;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** The columns of a result. */
final class ResultSchema {
    static final String LAYER_NAME = "layer_name";
    static final String QUANTIZED_DATA = "quantized_data";
    static final String SCALES = "scales";
    static final String ZERO_POINTS = "zero_points";
    static final String SHAPE = "shape";
    static final String BIT_WIDTH = "bit_width";
    static final String SCHEME = "scheme";
    static final String GROUP_SIZE = "group_size";
    static final String PARTS = "parts";
    static final String WEIGHTS = "weights";

    /** The part that names the type of the weights, where the decoder must know it. */
    static final String DTYPE_PART = "dtype";

    private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
    private static final ArrowType LONG = new ArrowType.Int(Long.SIZE, true);

    private ResultSchema() {}

    /** True when the data of a result needs offsets of 64 bits. */
    static boolean isLarge(BatchOutput output) {
        return output.dataBytes > Integer.MAX_VALUE;
    }

    /** True for layers whose scales are not null. */
    static boolean hasScales(LayerPlan plan) {
        return plan.isKept() || plan.hasScaleColumns();
    }

    /** True for layers that have something for the column of further parts. */
    static boolean hasParts(LayerPlan plan) {
        return plan.dependsOnSource()
                || (!plan.hasScaleColumns() && plan.specs().size() > 1);
    }

    static boolean needsParts(List<LayerPlan> plans) {
        for (LayerPlan plan : plans) {
            if (hasParts(plan)) {
                return true;
            }
        }
        return false;
    }

    /** Of quantized layers; {@code large} when their data needs offsets of 64 bits. */
    static Schema of(boolean large, boolean withParts) {
        List<Field> fields = new ArrayList<>(List.of(
                field(LAYER_NAME, ArrowType.Utf8.INSTANCE),
                field(QUANTIZED_DATA, large ? ArrowType.LargeBinary.INSTANCE : ArrowType.Binary.INSTANCE),
                list(SCALES, FLOAT),
                list(ZERO_POINTS, FLOAT),
                list(SHAPE, LONG),
                field(BIT_WIDTH, new ArrowType.Int(Byte.SIZE, false)),
                field(SCHEME, ArrowType.Utf8.INSTANCE),
                field(GROUP_SIZE, new ArrowType.Int(Integer.SIZE, true))));
        if (withParts) {
            Field entries = new Field(
                    MapVector.DATA_VECTOR_NAME,
                    FieldType.notNullable(ArrowType.Struct.INSTANCE),
                    List.of(
                            new Field(MapVector.KEY_NAME, FieldType.notNullable(ArrowType.Utf8.INSTANCE), null),
                            field(MapVector.VALUE_NAME, ArrowType.Binary.INSTANCE)));
            fields.add(new Field(PARTS, FieldType.nullable(new ArrowType.Map(false)), List.of(entries)));
        }
        return new Schema(fields);
    }

    /** Of layers that were decoded. */
    static Schema ofWeights() {
        return new Schema(List.of(
                field(LAYER_NAME, ArrowType.Utf8.INSTANCE),
                new Field(
                        WEIGHTS,
                        FieldType.nullable(ArrowType.LargeList.INSTANCE),
                        List.of(field(ListVector.DATA_VECTOR_NAME, FLOAT))),
                list(SHAPE, LONG)));
    }

    private static Field field(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    private static Field list(String name, ArrowType elements) {
        return new Field(name, FieldType.nullable(ArrowType.List.INSTANCE), List.of(field("item", elements)));
    }
}
