package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** The function {@code dequantize}: the values that a struct made by {@link Quantize} stands for. */
public final class Dequantize extends NamedCall {
    private static final long serialVersionUID = 1L;

    static final String NAME = "dequantize";

    private transient DequantizeEvaluator evaluator;

    /** Called by Catalyst, which copies expressions by their Product elements. */
    public Dequantize(Seq<String> names, Seq<Expression> values) {
        super(names, values);
    }

    static Dequantize of(List<Expression> given) {
        CallArguments call = CallArguments.bind(NAME, given, 1, Arguments.ofDequantize());
        return new Dequantize(ScalaSeqs.from(call.names()), ScalaSeqs.from(call.values()));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        return new Dequantize(names(), newChildren);
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public DataType dataType() {
        return DataTypes.createArrayType(DataTypes.FloatType, false);
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        TypeCheckResult types = super.checkInputDataTypes();
        DataType given = children().apply(0).dataType();
        if (types.isFailure() || given instanceof NullType) {
            return types;
        }
        String problem = given instanceof StructType struct
                ? QuantizedFields.problem(struct)
                : "it needs the struct that quantize returns, but got " + given.simpleString();
        return problem == null ? types : new TypeCheckResult.TypeCheckFailure(NAME + ": " + problem);
    }

    private DequantizeCall call() {
        QuantizedFields fields =
                children().apply(0).dataType() instanceof StructType struct ? QuantizedFields.of(struct) : null;
        return new DequantizeCall(nameList(), fields);
    }

    @Override
    public Object eval(InternalRow row) {
        // The driver may evaluate one expression in several threads.
        synchronized (this) {
            if (evaluator == null) {
                evaluator = call().newEvaluator();
            }
            return evaluator.evaluate(argumentValues(row));
        }
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        return evaluatorCode(context, code, call(), DequantizeEvaluator.class);
    }
}
