package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ImplicitCastInputTypes;
import org.apache.spark.sql.catalyst.expressions.aggregate.TypedImperativeAggregate;
import org.apache.spark.sql.types.AbstractDataType;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;

/**
 * A call of an aggregate function: its arguments are the children, each with a name. The two offsets tell where Spark
 * keeps the buffer; they are part of what Catalyst copies, but nobody wants to see them in a plan.
 *
 * @param <B> the buffer, a Java object that is serialized between the partial and the final aggregation
 */
abstract class NamedAggregate<B> extends TypedImperativeAggregate<B> implements ImplicitCastInputTypes, Serializable {
    private static final long serialVersionUID = 1L;

    private final Seq<String> names;
    private final Seq<Expression> values;
    private final int mutableOffset;
    private final int inputOffset;
    private transient List<Expression> valueList;

    NamedAggregate(Seq<String> names, Seq<Expression> values, int mutableOffset, int inputOffset) {
        this.names = names;
        this.values = values;
        this.mutableOffset = mutableOffset;
        this.inputOffset = inputOffset;
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

    final Expression weights() {
        return valueList().get(0);
    }

    /** The values of all arguments in a row, boxed. */
    final Object[] argumentValues(InternalRow row) {
        List<Expression> children = valueList();
        Object[] result = new Object[children.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = children.get(i).eval(row);
        }
        return result;
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
        return false;
    }

    @Override
    public final int mutableAggBufferOffset() {
        return mutableOffset;
    }

    @Override
    public final int inputAggBufferOffset() {
        return inputOffset;
    }

    @Override
    public final String toString() {
        return prettyName() + CallText.shown(names, values, Expression::toString);
    }

    @Override
    public final String sql() {
        return sql(false);
    }

    @Override
    public final String sql(boolean isDistinct) {
        String shown = CallText.shown(names, values, Expression::sql);
        return prettyName() + (isDistinct ? "(DISTINCT " + shown.substring(1) : shown);
    }

    @Override
    public final Iterator<Object> flatArguments() {
        return CallText.flatArguments(names, values);
    }

    @Override
    public final int productArity() {
        return 4;
    }

    @Override
    public final Object productElement(int index) {
        return switch (index) {
            case 0 -> names;
            case 1 -> values;
            case 2 -> mutableOffset;
            case 3 -> inputOffset;
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
                && names.equals(((NamedAggregate<?>) other).names)
                && values.equals(((NamedAggregate<?>) other).values)
                && mutableOffset == ((NamedAggregate<?>) other).mutableOffset
                && inputOffset == ((NamedAggregate<?>) other).inputOffset;
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), names, values, mutableOffset, inputOffset);
    }
}
