package io.arrowquant.spark.write;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.SupportsCatalogOptions;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The writer under test as a source that can only be written, for {@code format(WritingSource.class.getName())}. */
public final class WritingSource implements SupportsCatalogOptions {
    private static final String CATALOG = "arrowquant_writing";

    /** Spark makes it by its name. */
    public static final class Catalog extends PathCatalog {
        public Catalog() {
            super(WrittenTable::new);
        }
    }

    @Override
    public Identifier extractIdentifier(CaseInsensitiveStringMap options) {
        return PathCatalog.identifier(options);
    }

    @Override
    public String extractCatalog(CaseInsensitiveStringMap options) {
        return PathCatalog.register(CATALOG, Catalog.class);
    }

    @Override
    public StructType inferSchema(CaseInsensitiveStringMap options) {
        return new StructType();
    }

    @Override
    public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
        return new WrittenTable(properties.get("path"), new HashMap<>(properties));
    }

    private record WrittenTable(String path, Map<String, String> options) implements SupportsWrite {
        @Override
        public String name() {
            return "safetensors " + path;
        }

        @Override
        @SuppressWarnings("deprecation")
        public StructType schema() {
            return new StructType();
        }

        @Override
        public Set<TableCapability> capabilities() {
            return EnumSet.of(TableCapability.BATCH_WRITE, TableCapability.TRUNCATE, TableCapability.ACCEPT_ANY_SCHEMA);
        }

        @Override
        public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
            return new SafetensorsWriteBuilder(info, path, options);
        }
    }
}
