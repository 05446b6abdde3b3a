package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.PlainNames;
import io.arrowquant.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * A catalog whose tables are paths. Spark offers the save modes errorifexists (the default) and ignore only to sources
 * that come with a catalog to ask whether the table exists; that is what this one is for. It never creates or deletes
 * anything: writes make their output, and failed writes remove it, by themselves.
 *
 * <p>Each format derives a public class with an empty constructor, which Spark makes by its name.
 */
public abstract class PathCatalog implements TableCatalog {
    private static final String NO_CHANGES = "A path has no table definition that could be changed";

    private final TableFactory tables;
    private String name;

    /** Makes the table for a path, whether or not anything is there yet. */
    @FunctionalInterface
    public interface TableFactory {
        Table table(String path, Map<String, String> options);
    }

    protected PathCatalog(TableFactory tables) {
        this.tables = tables;
    }

    /**
     * Makes a catalog known to the current session, unless it is already. For a source's extractCatalog.
     *
     * @return its name
     */
    public static String register(String name, Class<? extends PathCatalog> catalog) {
        SparkSession session = Sessions.active();
        String key = "spark.sql.catalog." + name;
        if (session.conf().get(key, "").isEmpty()) {
            session.conf().set(key, catalog.getName());
        }
        return name;
    }

    /** The table that a reader's or writer's options name. For a source's extractIdentifier. */
    public static Identifier identifier(CaseInsensitiveStringMap options) {
        String path = options.get(WriteOptions.PATH);
        if (path == null || path.isBlank()) {
            throw new InvalidRequestException("No path is given", "Pass one to load() or save()");
        }
        return Identifier.of(new String[0], path);
    }

    @Override
    public void initialize(String catalogName, CaseInsensitiveStringMap options) {
        this.name = catalogName;
    }

    @Override
    public String name() {
        return name;
    }

    /** True for a file, and for a directory with anything in it but hidden and temporary files. */
    @Override
    public boolean tableExists(Identifier identifier) {
        try {
            Storages.Located located = Storages.locate(identifier.name(), Sessions.hadoopConfiguration(Map.of()));
            Storage storage = located.storage();
            if (!storage.exists(located.path())) {
                return false;
            }
            if (!storage.status(located.path()).directory()) {
                return true;
            }
            for (Storage.FileEntry entry : storage.list(located.path())) {
                if (PlainNames.isVisible(entry.name())) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look at " + identifier.name() + ": " + e.getMessage(), e);
        }
    }

    /** Does not look whether the path exists: mode append may create it, and reading tells by itself. */
    @Override
    public Table loadTable(Identifier identifier) {
        return tables.table(identifier.name(), Map.of());
    }

    @Override
    public Table createTable(
            Identifier identifier, Column[] columns, Transform[] partitions, Map<String, String> properties)
            throws TableAlreadyExistsException {
        if (partitions.length > 0) {
            throw new InvalidRequestException("A checkpoint cannot be partitioned by columns", "Remove partitionBy");
        }
        if (tableExists(identifier)) {
            throw new TableAlreadyExistsException(identifier);
        }
        return loadTable(identifier);
    }

    /** Spark calls this when a write has failed, which has cleaned up by then; anything else is a request to refuse. */
    @Override
    public boolean dropTable(Identifier identifier) {
        if (tableExists(identifier)) {
            throw new InvalidRequestException(
                    "'" + Printable.text(identifier.name()) + "' is not dropped: models are not deleted through SQL",
                    "Delete the directory itself");
        }
        return false;
    }

    /** Paths are not listed. */
    @Override
    public Identifier[] listTables(String[] namespace) {
        return new Identifier[0];
    }

    @Override
    public Table alterTable(Identifier identifier, TableChange... changes) {
        throw new InvalidRequestException(NO_CHANGES);
    }

    @Override
    public void renameTable(Identifier from, Identifier to) {
        throw new InvalidRequestException(NO_CHANGES, "Rename the directory itself");
    }
}
