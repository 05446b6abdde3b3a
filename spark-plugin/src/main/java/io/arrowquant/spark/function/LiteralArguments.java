package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.types.BinaryType;

/** Checks while a query is analyzed what can be known before a row is read. */
final class LiteralArguments {
    private LiteralArguments() {}

    static void check(String function, List<String> names, List<Expression> values) {
        Object[] literals = new Object[names.size()];
        boolean schemeKnown = true;
        for (int i = 1; i < literals.length; i++) {
            String name = names.get(i);
            if (values.get(i) instanceof Literal literal) {
                literals[i] = literal.value();
            } else if (name.equals(Arguments.SCHEME) || name.equals(Arguments.BIT_WIDTH)) {
                schemeKnown = false;
            }
            if ((name.equals(Arguments.QUALITY) || name.equals(Arguments.ON_ERROR))
                    && !values.get(i).foldable()) {
                throw new InvalidRequestException(function + " needs a constant as " + name + ", but got "
                        + values.get(i).sql());
            }
        }
        ArgumentValues known = new ArgumentValues(names);
        known.set(literals);
        if (schemeKnown) {
            new SchemeResolver(names, known).resolve();
        }
        OnError.isQuarantine(known.text(Arguments.ON_ERROR));
        StoredTypes.named(known.text(Arguments.DTYPE));
        if (known.text(Arguments.ON_NON_FINITE) != null) {
            NonFinite.of(known.text(Arguments.ON_NON_FINITE));
        }
        if (known.flag(Arguments.QUALITY) && !names.contains(Arguments.LAYER)) {
            throw new InvalidRequestException(
                    "quality => true measures errors for each layer, but the layer is not given",
                    "Name it, e.g. layer => layer_name");
        }
        checkDtype(function, names, values);
    }

    /** Bytes say nothing of their elements: their type must be named. */
    static void checkDtype(String function, List<String> names, List<Expression> values) {
        if (values.get(0).dataType() instanceof BinaryType && !names.contains(Arguments.DTYPE)) {
            throw new InvalidRequestException(
                    function + " cannot tell the type of the elements of binary weights",
                    "Name it, e.g. dtype => 'BF16'");
        }
    }
}
