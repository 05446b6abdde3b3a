package io.arrowquant.arrow;

import io.arrowquant.error.MalformedFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.memory.util.MemoryUtil;

/** Finds the messages of Arrow IPC data in memory, and refuses lengths that lead beyond its end. */
final class IpcMessages {
    static final String SOURCE = "Arrow IPC data";
    static final String REMEDY = "Check that it is complete, and an uncompressed Arrow IPC stream or file";

    private static final byte[] FILE_MAGIC = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTINUATION = -1;

    private final long address;
    private final long length;
    private long at;

    private IpcMessages(long address, long length) {
        this.address = address;
        this.length = length;
    }

    /** A message and where its body lies. */
    record Found(Message message, long body, long bodyLength) {}

    /** All messages of a stream, or of a file, which is a stream between its magic and its footer. */
    static List<Found> of(long address, long length) {
        IpcMessages messages = new IpcMessages(address, length);
        messages.at = messages.isFile() ? FILE_MAGIC.length : 0;
        List<Found> found = new ArrayList<>();
        for (Found message = messages.next(); message != null; message = messages.next()) {
            found.add(message);
        }
        if (found.isEmpty()) {
            throw messages.malformed("holds no message");
        }
        return found;
    }

    private boolean isFile() {
        if (length < FILE_MAGIC.length) {
            return false;
        }
        byte[] first = new byte[FILE_MAGIC.length];
        MemoryUtil.copyFromMemory(address, first, 0, first.length);
        return Arrays.equals(first, FILE_MAGIC);
    }

    /** The next message, or null at the end of the stream. */
    private Found next() {
        if (at == length) {
            return null;
        }
        int metadata = word();
        if (metadata == CONTINUATION) {
            metadata = word();
        }
        if (metadata == 0) {
            return null;
        }
        if (metadata < 0 || metadata > length - at) {
            throw malformed("a message of " + metadata + " bytes, but " + (length - at) + " are left");
        }
        ByteBuffer bytes = MemoryUtil.directBuffer(address + at, metadata).order(ByteOrder.LITTLE_ENDIAN);
        Message message;
        long body;
        try {
            message = Message.getRootAsMessage(bytes);
            body = message.bodyLength();
        } catch (IndexOutOfBoundsException unreadable) {
            throw malformed("a message cannot be read");
        }
        at += metadata;
        if (body < 0 || body > length - at) {
            throw malformed("a body of " + body + " bytes, but " + (length - at) + " are left");
        }
        Found found = new Found(message, address + at, body);
        at += body;
        return found;
    }

    private int word() {
        if (length - at < Integer.BYTES) {
            throw malformed("ends within the length of a message");
        }
        int word = MemoryUtil.getInt(address + at);
        at += Integer.BYTES;
        return word;
    }

    private MalformedFileException malformed(String problem) {
        return MalformedFileException.at(SOURCE, at, problem, REMEDY);
    }
}
