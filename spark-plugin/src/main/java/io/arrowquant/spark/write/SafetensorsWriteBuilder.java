package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.spark.compat.Sessions;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.SupportsTruncate;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;

/**
 * Checks a write of safetensors while the query is planned. Nothing is touched before the query runs: Spark builds
 * writes for EXPLAIN as well.
 */
public final class SafetensorsWriteBuilder implements WriteBuilder, SupportsTruncate {
    private final LogicalWriteInfo info;
    private final String path;
    private final Map<String, String> settings;
    private boolean replaces;

    /** A write to a directory; the options of the write go before those of the table. */
    public SafetensorsWriteBuilder(LogicalWriteInfo info, String path, Map<String, String> tableOptions) {
        this.info = info;
        this.path = path;
        // Names differ in case between the two: the later one must win, whatever its case.
        this.settings = new HashMap<>(tableOptions);
        Map<String, String> given = info.options().asCaseSensitiveMap();
        settings.keySet().removeIf(name -> info.options().containsKey(name));
        settings.putAll(given);
    }

    /** Spark's mode overwrite. */
    @Override
    public WriteBuilder truncate() {
        replaces = true;
        return this;
    }

    @Override
    public Write build() {
        if (path == null || path.isBlank()) {
            throw new InvalidRequestException("No output path is given", "Pass one to save()");
        }
        boolean caseSensitive = Boolean.parseBoolean(Sessions.setting("spark.sql.caseSensitive", "false"));
        return new SafetensorsWrite(
                path,
                info.queryId(),
                InputColumns.of(info.schema(), caseSensitive),
                replaces,
                WriteOptions.of(settings),
                Map.copyOf(settings));
    }
}
