package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SortOrder;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.catalyst.plans.physical.UnknownPartitioning;
import org.apache.spark.sql.execution.ColumnarToRowExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.metric.SQLMetric;
import org.apache.spark.sql.execution.metric.SQLMetrics;
import org.apache.spark.sql.vectorized.ColumnarBatch;
import scala.Function1;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * A projection that quantizes columns of Arrow batches without making rows of them. Each output is an attribute of the
 * child, passed through, or {@code quantize(attribute, ...) AS name}; {@link ColumnarQuantizeRule} puts this operator
 * where it can.
 *
 * <p>Extends nothing but SparkPlan: the traits for plans with one child cannot be implemented from Java. Children and
 * Product methods are written out for that reason; the public constructor is the one that Catalyst copies with.
 */
public final class ArrowQuantProject extends SparkPlan {
    private static final long serialVersionUID = 1L;

    /** The session setting that turns this operator off. */
    static final String ENABLED = "spark.arrowquant.columnar.enabled";

    /** The session setting for the most Arrow memory that the results of one task may take. */
    static final String MEMORY_LIMIT = "spark.arrowquant.columnar.memoryLimit";

    private static final String DEFAULT_MEMORY_LIMIT = "4g";

    private static final String ROWS = "numOutputRows";
    private static final String QUANTIZE_TIME = "quantizeTime";
    private static final String OUTPUT_BYTES = "outputBytes";

    /** What SQL metrics start from. */
    private static final long UNSET = -1;

    private final Seq<NamedExpression> projectList;
    private final SparkPlan child;
    private transient scala.collection.immutable.Map<String, SQLMetric> metrics;

    /** Called by Catalyst, which copies plans by their Product elements. */
    public ArrowQuantProject(Seq<NamedExpression> projectList, SparkPlan child) {
        this.projectList = projectList;
        this.child = child;
    }

    @Override
    public Seq<Attribute> output() {
        List<Attribute> attributes = new ArrayList<>();
        for (NamedExpression expression : ScalaSeqs.toJava(projectList)) {
            attributes.add(expression.toAttribute());
        }
        return ScalaSeqs.from(attributes);
    }

    /** The child's partitioning, as long as the columns it goes by are still there. */
    @Override
    public Partitioning outputPartitioning() {
        Partitioning partitioning = child.outputPartitioning();
        boolean columnsLeft = partitioning instanceof Expression expression
                && !expression.references().subsetOf(outputSet());
        return columnsLeft ? new UnknownPartitioning(partitioning.numPartitions()) : partitioning;
    }

    @Override
    public Seq<SortOrder> outputOrdering() {
        List<SortOrder> kept = new ArrayList<>();
        for (SortOrder order : ScalaSeqs.toJava(child.outputOrdering())) {
            if (!order.references().subsetOf(outputSet())) {
                break;
            }
            kept.add(order);
        }
        return ScalaSeqs.from(kept);
    }

    @Override
    public boolean supportsColumnar() {
        return true;
    }

    @Override
    public synchronized scala.collection.immutable.Map<String, SQLMetric> metrics() {
        if (metrics == null) {
            Map<String, SQLMetric> created = new HashMap<>();
            created.put(ROWS, SQLMetrics.createMetric(sparkContext(), "number of output rows"));
            created.put(QUANTIZE_TIME, SQLMetrics.createNanoTimingMetric(sparkContext(), "time in quantizing", UNSET));
            created.put(OUTPUT_BYTES, SQLMetrics.createSizeMetric(sparkContext(), "quantized bytes", UNSET));
            metrics = scala.collection.immutable.Map.from(CollectionConverters.asScala(created));
        }
        return metrics;
    }

    /** For a parent that takes rows although Spark put no transition between. */
    @Override
    public RDD<InternalRow> doExecute() {
        return new ColumnarToRowExec(this).execute();
    }

    @Override
    public RDD<ColumnarBatch> doExecuteColumnar() {
        QuantizedBatches.Plan plan = plan();
        ClassTag<ColumnarBatch> tag = ClassTag$.MODULE$.apply(ColumnarBatch.class);
        return JavaRDD.fromRDD(child.executeColumnar(), tag)
                .<ColumnarBatch>mapPartitions(batches -> new QuantizedBatches(batches, plan), true)
                .rdd();
    }

    private QuantizedBatches.Plan plan() {
        Map<ExprId, Integer> input = positions(child.output());
        List<NamedExpression> expressions = ScalaSeqs.toJava(projectList);
        int[] sources = new int[expressions.size()];
        List<ColumnQuantizer.Call> calls = new ArrayList<>();
        for (int i = 0; i < sources.length; i++) {
            if (expressions.get(i) instanceof Alias alias) {
                sources[i] = -1 - calls.size();
                calls.add(call((Quantize) alias.child(), input));
            } else {
                sources[i] = input.get(expressions.get(i).exprId());
            }
        }
        long memoryLimit = JavaUtils.byteStringAsBytes(conf().getConfString(MEMORY_LIMIT, DEFAULT_MEMORY_LIMIT));
        return new QuantizedBatches.Plan(
                sources, calls, memoryLimit, longMetric(ROWS), longMetric(QUANTIZE_TIME), longMetric(OUTPUT_BYTES));
    }

    private static Map<ExprId, Integer> positions(Seq<Attribute> attributes) {
        Map<ExprId, Integer> positions = new HashMap<>();
        int position = 0;
        for (Attribute attribute : ScalaSeqs.toJava(attributes)) {
            positions.putIfAbsent(attribute.exprId(), position);
            position++;
        }
        return positions;
    }

    private static ColumnQuantizer.Call call(Quantize quantize, Map<ExprId, Integer> input) {
        List<Expression> arguments = new ArrayList<>();
        arguments.add(null);
        List<Expression> values = quantize.valueList();
        for (Expression value : values.subList(1, values.size())) {
            arguments.add(bound(value, input));
        }
        int weights = input.get(((Attribute) quantize.weights()).exprId());
        return new ColumnQuantizer.Call(quantize.call(), weights, arguments);
    }

    /** Attributes become positions in the input. Spark's own way to do so has a name that Java cannot write. */
    private static Expression bound(Expression expression, Map<ExprId, Integer> input) {
        if (expression instanceof Attribute attribute) {
            return new BoundReference(input.get(attribute.exprId()), attribute.dataType(), attribute.nullable());
        }
        return expression.mapChildren(child -> bound(child, input));
    }

    @Override
    public Seq<SparkPlan> children() {
        return ScalaSeqs.of(child);
    }

    @Override
    public SparkPlan withNewChildrenInternal(IndexedSeq<SparkPlan> newChildren) {
        return new ArrowQuantProject(projectList, newChildren.apply(0));
    }

    @Override
    public SparkPlan mapChildren(Function1<SparkPlan, SparkPlan> change) {
        SparkPlan changed = change.apply(child);
        return changed == child ? this : withNewChildren(ScalaSeqs.of(changed));
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int index) {
        return switch (index) {
            case 0 -> projectList;
            case 1 -> child;
            default -> throw new IndexOutOfBoundsException(index);
        };
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof ArrowQuantProject;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ArrowQuantProject project
                && projectList.equals(project.projectList)
                && child.equals(project.child);
    }

    @Override
    public int hashCode() {
        return Objects.hash(ArrowQuantProject.class, projectList, child);
    }
}
