package io.arrowquant.spark.write;

import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A file of this machine, written once: the body goes to its place behind reserved room, and the header, padded with
 * spaces, into that room at the end. Only when the header has outgrown the room, or tensors of odd sizes have put
 * others at addresses their type does not like, the file is written a second time.
 */
final class ReservedFile implements ShardFile {
    /** Room for some hundred tensors; a multiple of every page size. */
    static final int RESERVED = 64 * 1024;

    private final Path path;
    private final Path rewritten;
    private final FileChannel channel;

    /** Creates the file. Its directory must exist: a late task must not bring back what was cleaned up. */
    ReservedFile(Path path) throws IOException {
        this.path = path;
        this.rewritten = path.resolveSibling(path.getFileName() + ".ordered");
        this.channel = FileChannel.open(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public FileChannel body() {
        return channel;
    }

    @Override
    public long bodyStart() {
        return RESERVED;
    }

    @Override
    public long finish(List<TensorSpec> tensors) throws IOException {
        long expected;
        boolean fits = SafetensorsLayout.of(METADATA, tensors).dataStart() <= RESERVED;
        if (fits && ReferenceOrder.isAligned(tensors)) {
            SafetensorsLayout layout = SafetensorsLayout.reserving(RESERVED, METADATA, tensors);
            ByteBuffer header = ByteBuffer.wrap(layout.header());
            while (header.hasRemaining()) {
                channel.write(header, header.position());
            }
            channel.close();
            expected = layout.fileSize();
        } else {
            expected = rewrite(tensors);
        }
        long size = Files.size(path);
        if (size != expected) {
            throw new IOException(path + " has " + size + " bytes instead of " + expected);
        }
        return size;
    }

    private long rewrite(List<TensorSpec> tensors) throws IOException {
        long size;
        try (OutputStream out =
                Files.newOutputStream(rewritten, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            size = ReferenceOrder.copy(channel, RESERVED, tensors, out);
        }
        channel.close();
        Files.move(rewritten, path, StandardCopyOption.REPLACE_EXISTING);
        return size;
    }

    @Override
    public void discard() throws IOException {
        channel.close();
        Files.deleteIfExists(rewritten);
        Files.deleteIfExists(path);
    }
}
