package io.arrowquant.spark.function;

import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeEntry;
import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.AnyDataType$;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.TypeCollection;

/** What the arguments of the SQL functions are called, which function takes which, and their types. */
final class Arguments {
    static final String WEIGHTS = "weights";
    static final String SCHEME = "scheme";
    static final String BIT_WIDTH = "bit_width";
    static final String LAYER = "layer";
    static final String SHAPE = "shape";
    static final String ELEMENT_START = "element_start";
    static final String ELEMENT_COUNT = "element_count";
    static final String DTYPE = "dtype";
    static final String ON_NON_FINITE = "on_non_finite";
    static final String QUALITY = "quality";
    static final String ON_ERROR = "on_error";
    static final String QUANTIZED = "q";

    /** Where the values of a row lie in their tensor, and what they are. */
    private static final List<String> PLACE = List.of(LAYER, SHAPE, ELEMENT_START, DTYPE);

    private static final Set<String> PARAMETERS = parametersOfAllSchemes();

    private static final AbstractDataType FLOATS = DataTypes.createArrayType(DataTypes.FloatType);
    private static final AbstractDataType DOUBLES = DataTypes.createArrayType(DataTypes.DoubleType);

    private Arguments() {}

    private static Set<String> parametersOfAllSchemes() {
        Set<String> names = new LinkedHashSet<>();
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            for (ParameterSpec parameter : entry.parameters()) {
                names.add(parameter.name());
            }
        }
        return names;
    }

    /** True for the names that belong to schemes, such as group_size. */
    static boolean isSchemeParameter(String name) {
        return PARAMETERS.contains(name);
    }

    static List<String> ofQuantize() {
        List<String> names = ofQuantizationError();
        names.addAll(List.of(QUALITY, ON_ERROR));
        return names;
    }

    static List<String> ofQuantizationError() {
        List<String> names = new ArrayList<>(List.of(WEIGHTS, SCHEME, BIT_WIDTH));
        names.addAll(PLACE);
        names.add(ON_NON_FINITE);
        names.addAll(PARAMETERS);
        return names;
    }

    static List<String> ofTensorStats() {
        return List.of(WEIGHTS, DTYPE, LAYER);
    }

    static List<String> ofDequantize() {
        return List.of(QUANTIZED, ELEMENT_COUNT, ELEMENT_START);
    }

    /** The type Spark casts an argument to where it can. Parameters of schemes may be of any type: their text counts. */
    static AbstractDataType typeOf(String name) {
        return switch (name) {
            case WEIGHTS -> new TypeCollection(ScalaSeqs.of(FLOATS, DOUBLES, DataTypes.BinaryType));
            case SCHEME, LAYER, DTYPE, ON_NON_FINITE, ON_ERROR -> DataTypes.StringType;
            case SHAPE -> DataTypes.createArrayType(DataTypes.LongType);
            case ELEMENT_START, ELEMENT_COUNT -> DataTypes.LongType;
            case BIT_WIDTH -> DataTypes.IntegerType;
            case QUALITY -> DataTypes.BooleanType;
            default -> AnyDataType$.MODULE$;
        };
    }
}
