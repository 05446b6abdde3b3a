package io.arrowquant.spark.read;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;

/** Filters that headers can answer: comparisons of layer_name, dtype and file with texts, and their combinations. */
final class TensorFilter {
    private static final Set<String> COMPARISONS =
            Set.of("=", "<=>", "<>", "<", "<=", ">", ">=", "IN", "STARTS_WITH", "ENDS_WITH", "CONTAINS");

    private TensorFilter() {}

    /** What a filter may look at. */
    record Subject(String layerName, String dtype, String file) {
        private String column(String name) {
            return switch (name) {
                case ReadSchema.LAYER_NAME -> layerName;
                case ReadSchema.DTYPE -> dtype;
                case ReadSchema.FILE -> file;
                default -> null;
            };
        }
    }

    /** True when {@link #test} decides exactly as Spark would. */
    static boolean supports(Predicate predicate) {
        Expression[] children = predicate.children();
        return switch (predicate.name()) {
            case "ALWAYS_TRUE", "ALWAYS_FALSE" -> true;
            case "AND", "OR" -> supports((Predicate) children[0]) && supports((Predicate) children[1]);
            case "NOT" -> supports((Predicate) children[0]);
            case "IS_NULL", "IS_NOT_NULL" -> isHeaderColumn(children[0]);
            default -> COMPARISONS.contains(predicate.name()) && comparesWithTexts(children);
        };
    }

    private static boolean comparesWithTexts(Expression[] children) {
        if (children.length < 2 || !isHeaderColumn(children[0])) {
            return false;
        }
        for (int i = 1; i < children.length; i++) {
            // A null literal makes the comparison null, which three-valued logic handles and we leave to Spark.
            if (!(children[i] instanceof Literal<?> literal) || literal.value() == null) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHeaderColumn(Expression expression) {
        if (!(expression instanceof NamedReference reference) || reference.fieldNames().length != 1) {
            return false;
        }
        String name = reference.fieldNames()[0];
        return name.equals(ReadSchema.LAYER_NAME) || name.equals(ReadSchema.DTYPE) || name.equals(ReadSchema.FILE);
    }

    /** None of the columns is ever null, so two-valued logic is enough. */
    static boolean test(Predicate predicate, Subject subject) {
        Expression[] children = predicate.children();
        return switch (predicate.name()) {
            case "ALWAYS_TRUE", "IS_NOT_NULL" -> true;
            case "ALWAYS_FALSE", "IS_NULL" -> false;
            case "AND" -> test((Predicate) children[0], subject) && test((Predicate) children[1], subject);
            case "OR" -> test((Predicate) children[0], subject) || test((Predicate) children[1], subject);
            case "NOT" -> !test((Predicate) children[0], subject);
            default -> compare(predicate.name(), children, subject);
        };
    }

    private static boolean compare(String comparison, Expression[] children, Subject subject) {
        String value = subject.column(((NamedReference) children[0]).fieldNames()[0]);
        String first = text(children[1]);
        return switch (comparison) {
            case "=", "<=>" -> value.equals(first);
            case "<>" -> !value.equals(first);
            case "<" -> order(value, first) < 0;
            case "<=" -> order(value, first) <= 0;
            case ">" -> order(value, first) > 0;
            case ">=" -> order(value, first) >= 0;
            case "STARTS_WITH" -> value.startsWith(first);
            case "ENDS_WITH" -> value.endsWith(first);
            case "CONTAINS" -> value.contains(first);
            case "IN" -> isAmong(value, children);
            default ->
                throw new IllegalStateException(
                        String.format(Locale.ROOT, "comparison %s was not offered", comparison));
        };
    }

    private static boolean isAmong(String value, Expression[] children) {
        for (int i = 1; i < children.length; i++) {
            if (value.equals(text(children[i]))) {
                return true;
            }
        }
        return false;
    }

    /** Spark orders texts by their UTF-8 bytes. */
    private static int order(String a, String b) {
        return org.apache.spark.unsafe.types.UTF8String.fromString(a)
                .compareTo(org.apache.spark.unsafe.types.UTF8String.fromString(b));
    }

    private static String text(Expression literal) {
        return ((Literal<?>) literal).value().toString();
    }
}
