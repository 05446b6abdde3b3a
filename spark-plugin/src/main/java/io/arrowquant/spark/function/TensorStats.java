package io.arrowquant.spark.function;

import io.arrowquant.error.LayerErrors;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.TensorStatistics;
import io.arrowquant.quality.TensorSummary;
import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;

/** The aggregate {@code tensor_stats}: what the values of a tensor are like. */
public final class TensorStats extends NamedAggregate<TensorStatistics> {
    private static final long serialVersionUID = 1L;

    static final String NAME = "tensor_stats";

    private static final StructType TYPE = new StructType()
            .add("count", DataTypes.LongType, false)
            .add("min", DataTypes.FloatType, false)
            .add("max", DataTypes.FloatType, false)
            .add("mean", DataTypes.DoubleType, false)
            .add("std", DataTypes.DoubleType, false)
            .add("abs_max", DataTypes.FloatType, false)
            .add("zeros", DataTypes.LongType, false)
            .add("nan", DataTypes.LongType, false)
            .add("inf", DataTypes.LongType, false)
            .add("kurtosis", DataTypes.DoubleType, false);

    private transient RowWeights rowWeights;
    private transient ArgumentValues arguments;
    private transient Tile tile;

    /** Called by Catalyst, which copies expressions by their Product elements. */
    public TensorStats(Seq<String> names, Seq<Expression> values, int mutableOffset, int inputOffset) {
        super(names, values, mutableOffset, inputOffset);
    }

    static TensorStats of(List<Expression> given) {
        CallArguments call = CallArguments.bind(NAME, given, 1, Arguments.ofTensorStats());
        return new TensorStats(ScalaSeqs.from(call.names()), ScalaSeqs.from(call.values()), 0, 0);
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> newChildren) {
        return new TensorStats(names(), newChildren, mutableAggBufferOffset(), inputAggBufferOffset());
    }

    @Override
    public TensorStats withNewMutableAggBufferOffset(int offset) {
        return new TensorStats(names(), children(), offset, inputAggBufferOffset());
    }

    @Override
    public TensorStats withNewInputAggBufferOffset(int offset) {
        return new TensorStats(names(), children(), mutableAggBufferOffset(), offset);
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
            LiteralArguments.checkDtype(NAME, nameList(), valueList());
        }
        return types;
    }

    @Override
    public TensorStatistics createAggregationBuffer() {
        return new TensorStatistics();
    }

    @Override
    public TensorStatistics update(TensorStatistics buffer, InternalRow row) {
        Object[] values = argumentValues(row);
        if (values[0] != null) {
            add(buffer, values);
        }
        return buffer;
    }

    private void add(TensorStatistics buffer, Object[] values) {
        if (rowWeights == null) {
            rowWeights = new RowWeights(weights().dataType());
            arguments = new ArgumentValues(nameList());
            tile = new Tile();
        }
        arguments.set(values);
        String layer = arguments.text(Arguments.LAYER);
        Weights weights = rowWeights.of(values[0], layer, arguments.text(Arguments.DTYPE));
        if (weights.firstNull() != Weights.NO_NULL) {
            throw new QuantizationException(layer, weights.firstNull(), "contains null", "");
        }
        if (!weights.type().isReadableAsFloat()) {
            throw LayerErrors.of(layer, weights.type() + " elements cannot be read as numbers", "");
        }
        for (int at = 0; at < weights.count(); at += Tile.ELEMENTS) {
            int count = Math.min(Tile.ELEMENTS, weights.count() - at);
            weights.read(at, count, tile);
            float[] floats = tile.floats();
            buffer.add(floats, tile.floatOffset(), count);
        }
    }

    @Override
    public TensorStatistics merge(TensorStatistics buffer, TensorStatistics other) {
        buffer.merge(other);
        return buffer;
    }

    @Override
    public Object eval(TensorStatistics buffer) {
        TensorSummary summary = buffer.summary();
        return new GenericInternalRow(new Object[] {
            summary.count(),
            summary.min(),
            summary.max(),
            summary.mean(),
            summary.std(),
            summary.absMax(),
            summary.zeros(),
            summary.nan(),
            summary.inf(),
            summary.kurtosis()
        });
    }

    @Override
    public byte[] serialize(TensorStatistics buffer) {
        return buffer.toBytes();
    }

    @Override
    public TensorStatistics deserialize(byte[] bytes) {
        return TensorStatistics.fromBytes(bytes);
    }
}
