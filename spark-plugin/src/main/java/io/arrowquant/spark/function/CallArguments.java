package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedArgumentExpression;

/**
 * The arguments of one call as the query gives them, each with its name. Spark hands named arguments of injected
 * functions over as they are written, so sorting them out is up to us.
 */
record CallArguments(List<String> names, List<Expression> values) {
    /**
     * Names the arguments of a call.
     *
     * @param positional how many of the known names may be given by position, in their order; the first is required
     * @param known every name the function takes
     */
    static CallArguments bind(String function, List<Expression> given, int positional, List<String> known) {
        Map<String, Expression> bound = new LinkedHashMap<>();
        int position = 0;
        for (Expression argument : given) {
            if (argument instanceof NamedArgumentExpression named) {
                String name = named.key().toLowerCase(Locale.ROOT);
                if (!known.contains(name)) {
                    throw InvalidRequestException.unknown("argument of " + function, named.key(), known);
                }
                put(function, bound, name, named.value());
            } else if (position == positional) {
                throw new InvalidRequestException(
                        function + " takes no more than " + positional + " arguments without a name",
                        "Name the others, e.g. " + known.get(positional) + " => value");
            } else {
                put(function, bound, known.get(position), argument);
                position++;
            }
        }
        String required = known.get(0);
        Expression first = bound.remove(required);
        if (first == null) {
            throw new InvalidRequestException(function + " needs the argument " + required);
        }
        List<String> names = new ArrayList<>(List.of(required));
        List<Expression> values = new ArrayList<>(List.of(first));
        names.addAll(bound.keySet());
        values.addAll(bound.values());
        return new CallArguments(names, values);
    }

    private static void put(String function, Map<String, Expression> bound, String name, Expression value) {
        if (bound.put(name, value) != null) {
            throw new InvalidRequestException(function + " is given the argument " + name + " twice");
        }
    }

    /** The arguments as people write them: the first ones by position, the others with their names. */
    static List<String> shown(List<String> names, List<String> texts) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            boolean byPosition = i == 0 || (i == 1 && names.get(i).equals(Arguments.SCHEME));
            shown.add(byPosition ? texts.get(i) : names.get(i) + " => " + texts.get(i));
        }
        return shown;
    }
}
