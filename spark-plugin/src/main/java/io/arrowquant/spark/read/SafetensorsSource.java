package io.arrowquant.spark.read;

import io.arrowquant.spark.write.PathCatalog;
import java.util.Map;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** {@code format("safetensors")}. It comes with a catalog because only then Spark allows all save modes. */
public final class SafetensorsSource implements SupportsCatalogOptions, DataSourceRegister {
    @Override
    public String shortName() {
        return "safetensors";
    }

    @Override
    public String extractCatalog(CaseInsensitiveStringMap options) {
        return PathCatalog.register(SafetensorsCatalog.NAME, SafetensorsCatalog.class);
    }

    @Override
    public Identifier extractIdentifier(CaseInsensitiveStringMap options) {
        return PathCatalog.identifier(options);
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return ReadSchema.SCHEMA;
    }

    /** For temporary views, which bypass the catalog. */
    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        Identifier path = PathCatalog.identifier(new CaseInsensitiveStringMap(properties));
        return new SafetensorsTable(path.name(), properties);
    }
}
