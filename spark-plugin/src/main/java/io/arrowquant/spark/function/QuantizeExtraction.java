package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.CreateNamedStruct;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.TryEval;
import org.apache.spark.sql.catalyst.expressions.UnaryExpression;
import scala.Option;

/**
 * Takes the calls of quantize out of a projection and leaves attributes in their places. Only calls that every row
 * evaluates are taken, so nothing is quantized, and no error raised, for rows that a CASE would have spared. Equal calls
 * are taken once.
 */
final class QuantizeExtraction {
    private static final String NAME = "quantized";

    private final AttributeSet input;
    private final Map<Expression, Alias> extracted = new LinkedHashMap<>();

    QuantizeExtraction(AttributeSet input) {
        this.input = input;
    }

    /** The projection with attributes in place of the calls that were taken. */
    List<NamedExpression> extractFrom(List<NamedExpression> projectList) {
        List<NamedExpression> rest = new ArrayList<>();
        for (NamedExpression expression : projectList) {
            rest.add((NamedExpression) extract((Expression) expression));
        }
        return rest;
    }

    boolean foundAny() {
        return !extracted.isEmpty();
    }

    private Expression extract(Expression expression) {
        if (expression instanceof Alias alias && isColumnar(alias.child())) {
            Alias known = extracted.putIfAbsent(alias.child().canonicalized(), alias);
            return known == null ? (Expression) alias.toAttribute() : extractChildren(alias);
        }
        if (isColumnar(expression)) {
            return (Expression) extracted
                    .computeIfAbsent(expression.canonicalized(), unused -> newAlias(expression))
                    .toAttribute();
        }
        return evaluatesItsChildren(expression) ? extractChildren(expression) : expression;
    }

    private Expression extractChildren(Expression expression) {
        return expression.mapChildren(this::extract);
    }

    private static Alias newAlias(Expression call) {
        return new Alias(call, NAME, NamedExpression.newExprId(), ScalaSeqs.of(), Option.empty(), ScalaSeqs.of());
    }

    private boolean isColumnar(Expression expression) {
        return expression instanceof Quantize quantize
                && quantize.deterministic()
                && quantize.weights() instanceof AttributeReference weights
                && input.contains(weights);
    }

    /** Expressions that evaluate all children for every row, and hand their errors on. */
    private static boolean evaluatesItsChildren(Expression expression) {
        return (expression instanceof UnaryExpression && !(expression instanceof TryEval))
                || expression instanceof Alias
                || expression instanceof CreateNamedStruct
                || expression instanceof Dequantize;
    }

    /** True when nothing is left to do but to pass attributes on, each at most once. */
    boolean isAll(List<NamedExpression> rest) {
        Set<ExprId> seen = new HashSet<>();
        for (NamedExpression expression : rest) {
            if (!(expression instanceof AttributeReference) || !seen.add(expression.exprId())) {
                return false;
            }
        }
        return true;
    }

    /** The projection again, for the operator that does all of it. */
    List<NamedExpression> complete(List<NamedExpression> rest) {
        Map<ExprId, Alias> aliases = aliasesById();
        List<NamedExpression> complete = new ArrayList<>();
        for (NamedExpression expression : rest) {
            Alias alias = aliases.get(expression.exprId());
            complete.add(alias == null ? expression : alias);
        }
        return complete;
    }

    /** What the rest of the projection needs: attributes of the input, and the calls that were taken. */
    List<NamedExpression> inputsOf(List<NamedExpression> rest) {
        Map<ExprId, Alias> aliases = aliasesById();
        Map<ExprId, NamedExpression> needed = new LinkedHashMap<>();
        for (NamedExpression expression : rest) {
            for (Attribute attribute :
                    ScalaSeqs.toJava(((Expression) expression).references().toSeq())) {
                if (!aliases.containsKey(attribute.exprId())) {
                    needed.put(attribute.exprId(), attribute);
                }
            }
        }
        List<NamedExpression> inputs = new ArrayList<>(needed.values());
        inputs.addAll(extracted.values());
        return inputs;
    }

    private Map<ExprId, Alias> aliasesById() {
        Map<ExprId, Alias> aliases = new HashMap<>();
        for (Alias alias : extracted.values()) {
            aliases.put(alias.exprId(), alias);
        }
        return aliases;
    }
}
