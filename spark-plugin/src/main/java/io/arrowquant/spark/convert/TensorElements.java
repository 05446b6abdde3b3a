package io.arrowquant.spark.convert;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.spark.read.FileElements;
import io.arrowquant.spark.read.OpenFiles;
import io.arrowquant.spark.read.SourceFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** The elements of the tensors of one task: as they are stored, or decoded on the way. */
public final class TensorElements implements Closeable {
    private final List<SourceFile> sources;
    private final FileElements.ReadObserver observer;
    private final FileElements.ChunkBuffer chunk = new FileElements.ChunkBuffer();
    private final OpenFiles files;
    /** Scales may lie in another file than the codes: both stay open. */
    private final OpenFiles filesOfScales;

    public TensorElements(List<SourceFile> sources, Configuration configuration, FileElements.ReadObserver observer) {
        this.sources = sources;
        this.observer = observer;
        this.files = new OpenFiles(configuration);
        this.filesOfScales = new OpenFiles(configuration);
    }

    /** Valid until the elements of another tensor are asked for. */
    public ElementSource of(ConvertTensor tensor) {
        StoredForm stored = tensor.stored();
        return stored == null
                ? new FileElements(files, sources.get(tensor.file()), tensor.tensor(), chunk, observer)
                : stored.tensor()
                        .elements((part, offset, target, targetOffset, length) ->
                                read(stored, part, offset, ByteBuffer.wrap(target, targetOffset, length)));
    }

    private void read(StoredForm stored, int part, long offset, ByteBuffer target) throws IOException {
        CheckpointTensor where = stored.tensor().parts().get(part);
        int length = target.remaining();
        long begin = System.nanoTime();
        (part == 0 ? files : filesOfScales)
                .read(sources.get(stored.files().get(part)), where.info().offset() + offset, target);
        observer.bytesRead(length, System.nanoTime() - begin);
    }

    /** The open files, for tensors that are copied as they are. */
    OpenFiles files() {
        return files;
    }

    /** Bytes held for reading. */
    long capacity() {
        return chunk.capacity();
    }

    @Override
    public void close() throws IOException {
        try {
            files.close();
        } finally {
            filesOfScales.close();
        }
    }
}
