package io.arrowquant.spark.read;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The elements of one tensor in its file, read ahead in chunks into one array that the tiles view. */
public final class FileElements implements ElementSource {
    private static final int CHUNK_BYTES = 512 << 10;

    private final OpenFiles files;
    private final SourceFile file;
    private final TensorInfo tensor;
    private final ReadObserver observer;
    private final ChunkBuffer chunk;
    private long chunkStart;
    private int chunkElements;

    /** Told of every read. */
    public interface ReadObserver {
        void bytesRead(long bytes, long nanos);
    }

    /** The array behind the tiles, handed from tensor to tensor. */
    public static final class ChunkBuffer {
        private byte[] bytes = new byte[CHUNK_BYTES];

        byte[] atLeast(int length) {
            if (bytes.length < length) {
                bytes = new byte[length];
            }
            return bytes;
        }

        public int capacity() {
            return bytes.length;
        }
    }

    public FileElements(OpenFiles files, SourceFile file, TensorInfo tensor, ChunkBuffer chunk, ReadObserver observer) {
        this.files = files;
        this.file = file;
        this.tensor = tensor;
        this.chunk = chunk;
        this.observer = observer;
    }

    @Override
    public void read(long start, int count, Tile tile) throws IOException {
        int width = tensor.dtype().bytes();
        if (start < chunkStart || start + count > chunkStart + chunkElements) {
            fill(start, count, width);
        }
        tile.setStored(tensor.dtype(), chunk.bytes, Math.toIntExact((start - chunkStart) * width), count);
    }

    private void fill(long start, int count, int width) throws IOException {
        int wanted = Math.max(count, chunk.capacity() / width);
        chunkElements = (int) Math.min(wanted, tensor.elements() - start);
        chunkStart = start;
        int length = Math.multiplyExact(chunkElements, width);
        byte[] target = chunk.atLeast(length);
        long begin = System.nanoTime();
        files.read(file, tensor.offset() + start * width, ByteBuffer.wrap(target, 0, length));
        observer.bytesRead(length, System.nanoTime() - begin);
    }
}
