package io.arrowquant.spark.read;

import java.util.List;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;

/** What a scan will do, decided on the driver from headers: exact figures, partitions, and who reads them. */
interface ScanPlan {
    /** The files looked at, for telling whether two plans read the same. */
    List<SourceFile> files();

    ScanFigures figures();

    List<InputPartition> partitions();

    PartitionReaderFactory readerFactory();

    /** Says in a few words what is special, for EXPLAIN; may be empty. */
    String describe();
}
