package io.arrowquant.arrow;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.MalformedFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.util.TransferPair;

/**
 * The way in and out as Arrow IPC, in plain Java: for callers that have no C Data Interface. The bytes may come from
 * anywhere, so lengths are checked before memory is taken for them, and offsets before they are followed.
 */
public final class IpcBridge implements AutoCloseable {
    private static final String SOURCE = "Arrow IPC data";
    private static final String REMEDY = "Write it again, as an uncompressed Arrow IPC stream or file";

    private final List<VectorSchemaRoot> batches = new ArrayList<>();
    private final BufferAllocator limited;
    private ArrowStreamReader reader;

    /** Reads a stream or a file that lies in memory. */
    public IpcBridge(BufferAllocator allocator, long address, long length) {
        // What is not compressed takes no more memory than it has bytes, but for a few headers.
        limited = allocator.newChildAllocator("ipc", 0, 2 * length + (1 << 20));
        try {
            long begin = IpcMessages.check(SOURCE, address, length);
            reader = new ArrowStreamReader(new MemoryChannel(address + begin, length - begin), limited);
            load();
        } catch (ArrowQuantException known) {
            close();
            throw known;
        } catch (IOException | RuntimeException malformed) {
            close();
            throw new MalformedFileException(
                    SOURCE, MalformedFileException.NO_OFFSET, null, "cannot be read: " + malformed, REMEDY, malformed);
        }
    }

    private void load() throws IOException {
        VectorSchemaRoot current = reader.getVectorSchemaRoot();
        while (reader.loadNextBatch()) {
            List<FieldVector> vectors = new ArrayList<>();
            for (FieldVector vector : current.getFieldVectors()) {
                TransferPair transfer = vector.getTransferPair(limited);
                transfer.transfer();
                vectors.add((FieldVector) transfer.getTo());
            }
            batches.add(new VectorSchemaRoot(current.getSchema().getFields(), vectors, current.getRowCount()));
        }
    }

    /** The layers of all batches, valid until this is closed. */
    public LayerRows rows() {
        LayerRows rows = new LayerRows();
        try {
            for (VectorSchemaRoot batch : batches) {
                rows.addBatch(VectorInput.of(batch, reader.getDictionaryVectors()));
            }
            if (batches.isEmpty()) {
                rows.addBatch(VectorInput.of(reader.getVectorSchemaRoot(), reader.getDictionaryVectors()));
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return rows;
    }

    /** A table as an IPC stream. */
    public static byte[] write(VectorSchemaRoot table) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ArrowStreamWriter writer = new ArrowStreamWriter(table, null, Channels.newChannel(bytes))) {
            writer.writeBatch();
            writer.end();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        batches.forEach(VectorSchemaRoot::close);
        batches.clear();
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
        limited.close();
    }

    /** Memory, read from front to back. */
    private static final class MemoryChannel implements ReadableByteChannel {
        private long address;
        private long remaining;

        MemoryChannel(long address, long length) {
            this.address = address;
            this.remaining = length;
        }

        @Override
        public int read(ByteBuffer target) {
            int count = (int) Math.min(target.remaining(), remaining);
            if (count == 0) {
                return target.hasRemaining() ? -1 : 0;
            }
            target.put(MemoryUtil.directBuffer(address, count));
            address += count;
            remaining -= count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            remaining = 0;
        }
    }
}
