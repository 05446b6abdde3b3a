package io.arrowquant.spark.read;

import java.util.Set;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The columns of {@code format("safetensors")}. */
public final class ReadSchema {
    public static final String LAYER_NAME = "layer_name";
    public static final String DTYPE = "dtype";
    public static final String SHAPE = "shape";
    public static final String ELEMENT_START = "element_start";
    public static final String ELEMENT_COUNT = "element_count";
    public static final String WEIGHTS = "weights";
    public static final String DATA = "data";
    public static final String FILE = "file";

    public static final StructType SCHEMA = new StructType()
            .add(LAYER_NAME, DataTypes.StringType, false)
            .add(DTYPE, DataTypes.StringType, false)
            .add(SHAPE, DataTypes.createArrayType(DataTypes.LongType, false), false)
            .add(ELEMENT_START, DataTypes.LongType, false)
            .add(ELEMENT_COUNT, DataTypes.LongType, false)
            .add(WEIGHTS, DataTypes.createArrayType(DataTypes.FloatType, false), true)
            .add(DATA, DataTypes.BinaryType, false)
            .add(FILE, DataTypes.StringType, false);

    private ReadSchema() {}

    /** True when rows of these columns need the tensors' bytes. */
    static boolean needsData(StructType columns) {
        Set<String> names = Set.of(columns.fieldNames());
        return names.contains(WEIGHTS) || names.contains(DATA);
    }
}
