package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ImplicitCastInputTypes;
import org.apache.spark.sql.catalyst.expressions.codegen.Block;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeBlock;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.EmptyBlock$;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
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
    private transient List<Expression> valueList;

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
        if (valueList == null) {
            valueList = ScalaSeqs.toJava(values);
        }
        return valueList;
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

    /**
     * Generated code that hands the boxed values of all children to an evaluator. Each instance of the generated class,
     * and so each task, makes an evaluator of its own.
     *
     * @param call what {@code newEvaluator()} is called on; it is serialized with the generated code
     */
    final ExprCode evaluatorCode(CodegenContext context, ExprCode code, Serializable call, Class<?> evaluatorType) {
        String callReference = context.addReferenceObj(
                prettyName() + "Call", call, call.getClass().getName());
        String evaluator = context.addMutableState(
                evaluatorType.getName(),
                prettyName() + "Evaluator",
                name -> name + " = " + callReference + ".newEvaluator();",
                true,
                true);
        String arguments = context.freshName("arguments");
        List<Expression> children = valueList();
        // Blocks are joined, not their texts: in a text of ours, escapes in the code of a child would be undone.
        Block block = EmptyBlock$.MODULE$;
        StringBuilder statements = new StringBuilder()
                .append("Object[] ")
                .append(arguments)
                .append(" = new Object[")
                .append(children.size())
                .append("];\n");
        for (int i = 0; i < children.size(); i++) {
            ExprCode childCode = children.get(i).genCode(context);
            block = block.$plus(childCode.code());
            String target = arguments + "[" + i + "]";
            statements.append(
                    assignUnlessNull(target, childCode, children.get(i).dataType()));
        }
        String value = code.value().toString();
        statements.append(CodeGenerator.javaType(dataType())).append(' ').append(value);
        statements
                .append(" = ")
                .append(evaluator)
                .append(".evaluate(")
                .append(arguments)
                .append(");\n");
        statements
                .append("boolean ")
                .append(code.isNull())
                .append(" = ")
                .append(value)
                .append(" == null;\n");
        Block own = new CodeBlock(ScalaSeqs.of(statements.toString()), ScalaSeqs.of());
        return code.copy(block.$plus(own), code.isNull(), code.value());
    }

    private static String assignUnlessNull(String target, ExprCode source, DataType type) {
        String value = source.value().toString();
        if (CodeGenerator.isPrimitiveType(type)) {
            value = CodeGenerator.boxedType(type) + ".valueOf(" + value + ")";
        }
        return "if (!" + source.isNull() + ") { " + target + " = " + value + "; }\n";
    }

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
        return other instanceof NamedCall call
                && call.canEqual(this)
                && names.equals(call.names)
                && values.equals(call.values);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), names, values);
    }
}
