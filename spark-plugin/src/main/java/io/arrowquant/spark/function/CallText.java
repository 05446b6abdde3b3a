package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.AbstractDataType;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/** What calls with named arguments show in plans and column names, and the types they ask for. */
final class CallText {
    private CallText() {}

    /** The arguments in parentheses, as they would be written in a query. */
    static String shown(Seq<String> names, Seq<Expression> values, Function<Expression, String> text) {
        return "(" + String.join(", ", arguments(names, values, text)) + ")";
    }

    /** The arguments one by one, for Spark's own way to show an expression. */
    static Iterator<Object> flatArguments(Seq<String> names, Seq<Expression> values) {
        List<Object> shown = new ArrayList<>(arguments(names, values, Expression::toString));
        return ScalaSeqs.from(shown).iterator();
    }

    private static List<String> arguments(
            Seq<String> names, Seq<Expression> values, Function<Expression, String> text) {
        List<String> texts = new ArrayList<>();
        for (Expression value : ScalaSeqs.toJava(values)) {
            texts.add(text.apply(value));
        }
        return CallArguments.shown(ScalaSeqs.toJava(names), texts);
    }

    static Seq<AbstractDataType> inputTypes(Seq<String> names) {
        List<AbstractDataType> types = new ArrayList<>();
        for (String name : ScalaSeqs.toJava(names)) {
            types.add(Arguments.typeOf(name));
        }
        return ScalaSeqs.from(types);
    }
}
