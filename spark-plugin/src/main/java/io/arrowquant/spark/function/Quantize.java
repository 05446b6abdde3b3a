package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.util.CollectionAccumulator;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/**
 * The function {@code quantize}. Takes part in whole-stage code generation through an evaluator that each instance of
 * the generated class makes for itself; {@link ArrowQuantProject} evaluates it on Arrow batches instead.
 */
public final class Quantize extends NamedCall {
    private static final long serialVersionUID = 1L;

    static final String NAME = "quantize";

    private final CollectionAccumulator<String> sink;
    private transient QuantizeEvaluator evaluator;

    /** Called by Catalyst, which copies expressions by their Product elements. */
    public Quantize(Seq<String> names, Seq<Expression> values) {
        this(names, values, TaskReports.sinkOfDriver());
    }

    private Quantize(Seq<String> names, Seq<Expression> values, CollectionAccumulator<String> sink) {
        super(names, values);
        this.sink = sink;
    }

    static Quantize of(List<Expression> given) {
        CallArguments call = CallArguments.bind(NAME, given, 2, Arguments.ofQuantize());
        return new Quantize(ScalaSeqs.from(call.names()), ScalaSeqs.from(call.values()));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        // Tasks bind expressions again and have no driver to ask: the sink goes along.
        return new Quantize(names(), newChildren, sink);
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public DataType dataType() {
        return QuantizedStruct.TYPE;
    }

    /** The weights argument. */
    Expression weights() {
        return children().apply(0);
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        TypeCheckResult types = super.checkInputDataTypes();
        if (types.isSuccess()) {
            LiteralArguments.check(NAME, nameList(), valueList());
        }
        return types;
    }

    /** What an evaluator of this call is made from, on executors. */
    QuantizeCall call() {
        return new QuantizeCall(nameList(), weights().dataType(), sink);
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
        return evaluatorCode(context, code, call(), QuantizeEvaluator.class);
    }
}
