package io.arrowquant.spark.write;

import io.arrowquant.safetensors.TensorSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * What a task tells the driver: the files it left in its staging directory or, when it does not have all elements of
 * some tensor, which those are; then it left no files, for the driver will refuse the job.
 *
 * <p>Plain classes of strings and arrays: Kryo, when a session uses it, can read neither records nor immutable lists.
 */
final class CommitMessage implements WriterCommitMessage {
    private static final long serialVersionUID = 1L;

    final int partition;
    final long taskId;
    final ArrayList<StagedFile> files;
    final ArrayList<Incomplete> incomplete;

    CommitMessage(int partition, long taskId, List<StagedFile> files, List<Incomplete> incomplete) {
        this.partition = partition;
        this.taskId = taskId;
        this.files = new ArrayList<>(files);
        this.incomplete = new ArrayList<>(incomplete);
    }

    /** A complete file, and the tensors in it. */
    static final class StagedFile implements Serializable {
        private static final long serialVersionUID = 1L;

        final String name;
        final long size;
        final String[] tensors;
        final long tensorBytes;

        StagedFile(String name, long size, List<TensorSpec> specs) {
            this.name = name;
            this.size = size;
            this.tensors = new String[specs.size()];
            long bytes = 0;
            for (int i = 0; i < tensors.length; i++) {
                tensors[i] = specs.get(i).name();
                bytes += specs.get(i).byteLength();
            }
            this.tensorBytes = bytes;
        }
    }

    /** A tensor that lacks elements in this task. */
    static final class Incomplete implements Serializable {
        private static final long serialVersionUID = 1L;

        final String tensor;
        final long present;
        final long elements;
        final long firstMissing;

        Incomplete(TensorRegion region) {
            this.tensor = region.spec().name();
            this.present = region.coverage().covered();
            this.elements = region.spec().shape().elements();
            this.firstMissing = region.coverage().firstMissing();
        }
    }
}
