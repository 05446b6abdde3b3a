package io.arrowquant.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;

/**
 * The way in and out as Arrow IPC, in plain Java: for callers that have no C Data Interface. The bytes may come from
 * anywhere, so lengths and offsets are checked before they are followed.
 */
public final class IpcBridge {
    private IpcBridge() {}

    /** The layers of a stream or a file that lies in memory, and must stay there as long as they are used. */
    public static LayerRows read(long address, long length) {
        LayerRows rows = new LayerRows();
        IpcBatches.of(address, length).forEach(rows::addBatch);
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
}
