package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** {@code format("arrowquant-plan")}: what a quantize job would do, a row for each tensor. Reads headers only. */
public final class PlanSource implements TableProvider, DataSourceRegister {
    private static final String NAME = "arrowquant-plan";
    private static final StructType SCHEMA = new StructType()
            .add("layer_name", DataTypes.StringType, false)
            .add("file", DataTypes.StringType, false)
            .add("dtype", DataTypes.StringType, false)
            .add("shape", DataTypes.createArrayType(DataTypes.LongType, false), false)
            .add("scheme", DataTypes.StringType, false)
            .add("bytes_before", DataTypes.LongType, false)
            .add("bytes_after", DataTypes.LongType, false)
            .add("output_file", DataTypes.StringType, false)
            .add("reason", DataTypes.StringType, true);

    @Override
    public String shortName() {
        return NAME;
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return SCHEMA;
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new LocalTable(NAME, SCHEMA, PlanSource::rows);
    }

    private static List<Object[]> rows(CaseInsensitiveStringMap options) {
        QuantizeSettings settings = SourceOptions.parse(options.asCaseSensitiveMap());
        if (settings.input == null) {
            throw new InvalidRequestException("No path is given", "Pass the checkpoint to load()");
        }
        Configuration configuration = Sessions.hadoopConfiguration(options.asCaseSensitiveMap());
        // Further outputs have a say in how files are cut.
        List<JobPlan> plans = JobPlan.of(settings.requests(configuration), configuration);
        PlannedFiles files = PlannedFiles.of(plans);
        JobPlan plan = plans.get(0);
        List<Object[]> rows = new ArrayList<>();
        for (PlannedTensor tensor : plan.tensors()) {
            TensorInfo info = tensor.source().info();
            rows.add(new Object[] {
                info.name(),
                tensor.source().file(),
                info.dtype().name(),
                Arrays.stream(info.shape().toArray()).boxed().toList(),
                DryRun.to(tensor),
                tensor.bytesBefore(),
                tensor.bytesAfter(),
                files.fileOf(plan, tensor),
                plan.reason(tensor)
            });
        }
        return rows;
    }
}
