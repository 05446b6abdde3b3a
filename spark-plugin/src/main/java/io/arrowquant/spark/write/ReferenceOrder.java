package io.arrowquant.spark.write;

import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.tensor.TensorInfo;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies a body into a file as the reference writer would lay it out: wider types first, then by name. */
final class ReferenceOrder {
    private static final int CHUNK = 1 << 20;

    private ReferenceOrder() {}

    /** True when every tensor of a body in this order begins at a multiple of its element size. */
    static boolean isAligned(List<TensorSpec> tensors) {
        long offset = 0;
        for (TensorSpec tensor : tensors) {
            if (offset % Math.max(1, tensor.dtype().bits() / 8) != 0) {
                return false;
            }
            offset += tensor.byteLength();
        }
        return true;
    }

    /** Writes header and body; {@code tensors} is the order in which they lie in {@code body} from a position on. */
    static long copy(FileChannel body, long bodyStart, List<TensorSpec> tensors, OutputStream out) throws IOException {
        Map<String, Long> positions = new HashMap<>(tensors.size() * 2);
        long position = bodyStart;
        for (TensorSpec tensor : tensors) {
            positions.put(tensor.name(), position);
            position += tensor.byteLength();
        }
        List<TensorSpec> ordered = new ArrayList<>(tensors);
        ordered.sort(SafetensorsLayout.REFERENCE_ORDER);
        SafetensorsLayout layout = SafetensorsLayout.of(ShardFile.METADATA, ordered);
        out.write(layout.header());
        byte[] chunk = new byte[CHUNK];
        for (TensorInfo tensor : layout.tensors()) {
            copyRange(body, positions.get(tensor.name()), tensor.byteLength(), chunk, out);
        }
        return layout.fileSize();
    }

    private static void copyRange(FileChannel body, long position, long length, byte[] chunk, OutputStream out)
            throws IOException {
        long done = 0;
        while (done < length) {
            int wanted = (int) Math.min(chunk.length, length - done);
            int read = body.read(ByteBuffer.wrap(chunk, 0, wanted), position + done);
            if (read < 0) {
                throw new EOFException("the written body ended " + (length - done) + " bytes early");
            }
            out.write(chunk, 0, read);
            done += read;
        }
    }
}
