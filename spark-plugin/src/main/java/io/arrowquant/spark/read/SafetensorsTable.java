package io.arrowquant.spark.read;

import io.arrowquant.spark.write.SafetensorsWriteBuilder;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** A path as a table. Equal paths make equal tables, so that cached frames are found again. */
public final class SafetensorsTable implements SupportsRead, SupportsWrite {
    private final String path;
    private final Map<String, String> options;

    public SafetensorsTable(String path, Map<String, String> options) {
        this.path = path;
        this.options = Map.copyOf(options);
    }

    @Override
    public String name() {
        return "safetensors " + path;
    }

    @Override
    @SuppressWarnings("deprecation")
    public StructType schema() {
        return ReadSchema.SCHEMA;
    }

    @Override
    public Set<TableCapability> capabilities() {
        return EnumSet.of(
                TableCapability.BATCH_READ,
                TableCapability.BATCH_WRITE,
                TableCapability.TRUNCATE,
                TableCapability.ACCEPT_ANY_SCHEMA);
    }

    @Override
    public ScanBuilder newScanBuilder(CaseInsensitiveStringMap scanOptions) {
        return new SafetensorsScanBuilder(path, merged(scanOptions));
    }

    @Override
    public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
        return new SafetensorsWriteBuilder(info, path, merged(info.options()));
    }

    private Map<String, String> merged(CaseInsensitiveStringMap more) {
        Map<String, String> merged = new HashMap<>(options);
        merged.putAll(more.asCaseSensitiveMap());
        return merged;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SafetensorsTable table && path.equals(table.path) && options.equals(table.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(path, options);
    }
}
