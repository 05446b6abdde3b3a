package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.SparkSessionExtensionsProvider;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import scala.Function1;
import scala.Tuple3;
import scala.collection.immutable.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Registers the SQL functions and the columnar rule. Spark finds this class by itself when the jar is on its class path;
 * {@code spark.sql.extensions} may name it as well.
 */
public final class ArrowQuantExtensions extends AbstractFunction1<SparkSessionExtensions, BoxedUnit>
        implements SparkSessionExtensionsProvider {

    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
        register(extensions, Quantize.NAME, Quantize::of);
        register(extensions, Dequantize.NAME, Dequantize::of);
        register(extensions, TensorStats.NAME, TensorStats::of);
        register(extensions, QuantizationError.NAME, QuantizationError::of);
        extensions.injectColumnar(session -> new ColumnarQuantizeRule());
        return BoxedUnit.UNIT;
    }

    private static void register(
            SparkSessionExtensions extensions, String name, Function<List<Expression>, Expression> builder) {
        Function1<Seq<Expression>, Expression> build = given -> builder.apply(ScalaSeqs.toJava(given));
        extensions.injectFunction(new Tuple3<>(new FunctionIdentifier(name), FunctionDocumentation.of(name), build));
    }
}
