package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ImplicitCastInputTypes;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.AbstractDataType;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * A call of a row function: its arguments are the children, each with a name. Catalyst copies and compares expressions
 * through the Product methods, whose elements are those of the public constructor.
 */
abstract class NamedCall extends Expression implements ImplicitCastInputTypes, Serializable {
    private static final long serialVersionUID = 1L;

    private final Seq<String> names;
    private final Seq<Expression> values;

    NamedCall(Seq<String> names, Seq<Expression> values) {
        this.names = names;
        this.values = values;
    }

    final Seq<String> names() {
        return names;
    }

    final List<String> nameList() {
        return ScalaSeqs.toJava(names);
    }

    final List<Expression> valueList() {
        return ScalaSeqs.toJava(values);
    }

    @Override
    public final Seq<Expression> children() {
        return values;
    }

    @Override
    public final Seq<AbstractDataType> inputTypes() {
        return CallText.inputTypes(names);
    }

    /** The check of types against {@link #inputTypes}, in place of none, which the base class would inherit otherwise. */
    @Override
    public TypeCheckResult checkInputDataTypes() {
        return ImplicitCastInputTypes.super.checkInputDataTypes();
    }

    @Override
    public final boolean nullable() {
        return true;
    }

    @Override
    public final boolean foldable() {
        for (Expression value : valueList()) {
            if (!value.foldable()) {
                return false;
            }
        }
        return true;
    }

    /** Spark 4.2 and later ask this before they evaluate an expression twice to filter earlier. */
    public final boolean expensive() {
        return true;
    }

    /** Java statements that fill an array with the boxed values of all children, and the name of that array. */
    final ArgumentCode argumentCode(CodegenContext context) {
        String array = context.freshName("arguments");
        StringBuilder code = new StringBuilder();
        StringBuilder fill = new StringBuilder();
        List<Expression> children = valueList();
        for (int i = 0; i < children.size(); i++) {
            Expression child = children.get(i);
            ExprCode childCode = child.genCode(context);
            code.append(childCode.code()).append('\n');
            String value = childCode.value().toString();
            if (CodeGenerator.isPrimitiveType(child.dataType())) {
                value = CodeGenerator.boxedType(child.dataType()) + ".valueOf(" + value + ")";
            }
            fill.append("if (!").append(childCode.isNull()).append(") { ");
            fill.append(array)
                    .append('[')
                    .append(i)
                    .append("] = ")
                    .append(value)
                    .append("; }\n");
        }
        code.append("Object[] ")
                .append(array)
                .append(" = new Object[")
                .append(children.size())
                .append("];\n");
        return new ArgumentCode(code.append(fill).toString(), array);
    }

    record ArgumentCode(String statements, String array) {}

    /** The values of all children in a row, boxed. */
    final Object[] argumentValues(InternalRow row) {
        List<Expression> children = valueList();
        Object[] result = new Object[children.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = children.get(i).eval(row);
        }
        return result;
    }

    @Override
    public final String toString() {
        return prettyName() + CallText.shown(names, values, Expression::toString);
    }

    @Override
    public final String sql() {
        return prettyName() + CallText.shown(names, values, Expression::sql);
    }

    @Override
    public final Iterator<Object> flatArguments() {
        return CallText.flatArguments(names, values);
    }

    @Override
    public final int productArity() {
        return 2;
    }

    @Override
    public final Object productElement(int index) {
        return switch (index) {
            case 0 -> names;
            case 1 -> values;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public final boolean canEqual(Object other) {
        return getClass().isInstance(other);
    }

    @Override
    public final boolean equals(Object other) {
        return other != null
                && getClass() == other.getClass()
                && names.equals(((NamedCall) other).names)
                && values.equals(((NamedCall) other).values);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), names, values);
    }
}
