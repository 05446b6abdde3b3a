package io.arrowquant.spark.read;

import io.arrowquant.error.InvalidRequestException;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** {@code format("safetensors")}. */
public class SafetensorsSource implements TableProvider, DataSourceRegister {
    public static final String NAME = "safetensors";

    @Override
    public String shortName() {
        return NAME;
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return ReadSchema.SCHEMA;
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new SafetensorsTable(path(new CaseInsensitiveStringMap(properties)), properties);
    }

    /** The one path of a read or write. */
    static String path(CaseInsensitiveStringMap options) {
        String path = options.get("path");
        if (path == null || path.isBlank()) {
            throw new InvalidRequestException(
                    options.containsKey("paths") ? "Several paths are given" : "No path is given",
                    "Pass one file, directory or glob to load() or save()");
        }
        return path;
    }
}
