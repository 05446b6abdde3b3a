package io.arrowquant.spark.function;

import io.arrowquant.quality.ErrorSummary;
import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.CollectionAccumulator;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** The aggregate {@code quantization_error}: how far quantized values would be from the original ones. */
public final class QuantizationError extends NamedAggregate<ErrorBuffer> {
    private static final long serialVersionUID = 1L;

    static final String NAME = "quantization_error";

    private static final StructType TYPE = new StructType()
            .add("count", DataTypes.LongType, false)
            .add("cosine", DataTypes.DoubleType, false)
            .add("mse", DataTypes.DoubleType, false)
            .add("max_abs_error", DataTypes.DoubleType, false)
            .add("snr_db", DataTypes.DoubleType, false);

    private final CollectionAccumulator<String> sink;
    private transient RowWeights rowWeights;
    private transient RangeQuantizer quantizer;

    /** Called by Catalyst, which copies expressions by their Product elements. */
    public QuantizationError(Seq<String> names, Seq<Expression> values, int mutableOffset, int inputOffset) {
        this(names, values, mutableOffset, inputOffset, TaskReports.sinkOfDriver());
    }

    private QuantizationError(
            Seq<String> names,
            Seq<Expression> values,
            int mutableOffset,
            int inputOffset,
            CollectionAccumulator<String> sink) {
        super(names, values, mutableOffset, inputOffset);
        this.sink = sink;
    }

    static QuantizationError of(List<Expression> given) {
        CallArguments call = CallArguments.bind(NAME, given, 2, Arguments.ofQuantizationError());
        return new QuantizationError(ScalaSeqs.from(call.names()), ScalaSeqs.from(call.values()), 0, 0);
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        // Tasks bind expressions again and have no driver to ask: the sink goes along.
        return new QuantizationError(names(), newChildren, mutableAggBufferOffset(), inputAggBufferOffset(), sink);
    }

    @Override
    public QuantizationError withNewMutableAggBufferOffset(int offset) {
        return new QuantizationError(names(), children(), offset, inputAggBufferOffset(), sink);
    }

    @Override
    public QuantizationError withNewInputAggBufferOffset(int offset) {
        return new QuantizationError(names(), children(), mutableAggBufferOffset(), offset, sink);
    }

    @Override
    public String prettyName() {
        return NAME;
    }

    @Override
    public DataType dataType() {
        return TYPE;
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        TypeCheckResult types = super.checkInputDataTypes();
        if (types.isSuccess()) {
            LiteralArguments.check(NAME, nameList(), valueList());
        }
        return types;
    }

    @Override
    public ErrorBuffer createAggregationBuffer() {
        return new ErrorBuffer();
    }

    @Override
    public ErrorBuffer update(ErrorBuffer buffer, InternalRow row) {
        Object[] values = argumentValues(row);
        if (values[0] != null) {
            add(buffer, values);
        }
        return buffer;
    }

    private void add(ErrorBuffer buffer, Object[] values) {
        if (quantizer == null) {
            quantizer = new RangeQuantizer(nameList(), sink);
            rowWeights = new RowWeights(weights().dataType());
        }
        ArgumentValues arguments = quantizer.arguments();
        arguments.set(values);
        Weights weights = rowWeights.of(values[0], arguments.text(Arguments.LAYER), arguments.text(Arguments.DTYPE));
        buffer.admit(quantizer.measure(weights, buffer.statistics()));
    }

    @Override
    public ErrorBuffer merge(ErrorBuffer buffer, ErrorBuffer other) {
        buffer.merge(other);
        return buffer;
    }

    @Override
    public Object eval(ErrorBuffer buffer) {
        ErrorSummary summary = buffer.statistics().summary();
        return new GenericInternalRow(
                new Object[] {summary.count(), summary.cosine(), summary.mse(), summary.maxAbsError(), summary.snrDb()
                });
    }

    @Override
    public byte[] serialize(ErrorBuffer buffer) {
        return buffer.toBytes();
    }

    @Override
    public ErrorBuffer deserialize(byte[] bytes) {
        return ErrorBuffer.fromBytes(bytes);
    }
}
