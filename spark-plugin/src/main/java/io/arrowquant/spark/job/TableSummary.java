package io.arrowquant.spark.job;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.Footer;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetOutputFormat.JobSummaryLevel;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;

/**
 * The file {@code _common_metadata} of a table, which holds its schema. Readers that look for the schema take it from
 * there, and so never look into the JSON files that lie beside the table's directories.
 */
final class TableSummary {
    static final String NAME = ParquetFileWriter.PARQUET_COMMON_METADATA_FILE;

    private TableSummary() {}

    /** Writes the summary of a table, all of whose files have the schema of the one given. */
    @SuppressWarnings(
            "deprecation") // The replacement writes what its caller keeps in memory, which is more than we need.
    static void write(String directory, String anyFile, Configuration configuration) throws IOException {
        Path file = new Path(anyFile);
        ParquetMetadata metadata;
        try (ParquetFileReader reader = ParquetFileReader.open(HadoopInputFile.fromPath(file, configuration))) {
            metadata = reader.getFooter();
        }
        Path table = new Path(directory);
        // The file may yet have to be moved into the table; of where it lies nothing is written.
        ParquetFileWriter.writeMetadataFile(
                configuration,
                table,
                List.of(new Footer(new Path(table, file.getName()), metadata)),
                JobSummaryLevel.COMMON_ONLY);
        // Hadoop's own checksum of a local file would outlive the file when that is replaced by another way.
        FileSystem fileSystem = table.getFileSystem(configuration);
        fileSystem.delete(new Path(table, "." + NAME + ".crc"), false);
    }
}
