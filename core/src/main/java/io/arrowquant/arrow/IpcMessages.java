package io.arrowquant.arrow;

import io.arrowquant.error.MalformedFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.memory.util.MemoryUtil;

/** Walks over the messages of Arrow IPC data and refuses lengths that lead beyond its end: the reader trusts them. */
final class IpcMessages {
    private static final byte[] FILE_MAGIC = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTINUATION = -1;
    private static final String REMEDY = "Check that it is complete, and an Arrow IPC stream or file";

    private IpcMessages() {}

    /** Returns where the first message begins: a file is a stream between its magic and its footer. */
    static long check(String source, long address, long length) {
        long at = isFile(address, length) ? FILE_MAGIC.length : 0;
        long begin = at;
        while (at < length) {
            if (length - at < Integer.BYTES) {
                throw MalformedFileException.at(source, at, "ends within the length of a message", REMEDY);
            }
            int metadata = MemoryUtil.getInt(address + at);
            at += Integer.BYTES;
            if (metadata == CONTINUATION) {
                if (length - at < Integer.BYTES) {
                    throw MalformedFileException.at(source, at, "ends within the length of a message", REMEDY);
                }
                metadata = MemoryUtil.getInt(address + at);
                at += Integer.BYTES;
            }
            if (metadata == 0) {
                break;
            }
            if (metadata < 0 || metadata > length - at) {
                throw MalformedFileException.at(
                        source, at, "a message of " + metadata + " bytes, but " + (length - at) + " are left", REMEDY);
            }
            long body = bodyLength(source, address + at, metadata, at);
            at += metadata;
            if (body < 0 || body > length - at) {
                throw MalformedFileException.at(
                        source, at, "a body of " + body + " bytes, but " + (length - at) + " are left", REMEDY);
            }
            at += body;
        }
        if (at == begin) {
            throw MalformedFileException.at(source, at, "holds no message", REMEDY);
        }
        return begin;
    }

    private static boolean isFile(long address, long length) {
        if (length < FILE_MAGIC.length) {
            return false;
        }
        byte[] first = new byte[FILE_MAGIC.length];
        MemoryUtil.copyFromMemory(address, first, 0, first.length);
        return Arrays.equals(first, FILE_MAGIC);
    }

    private static long bodyLength(String source, long address, int metadata, long at) {
        ByteBuffer bytes = MemoryUtil.directBuffer(address, metadata).order(ByteOrder.LITTLE_ENDIAN);
        try {
            return Message.getRootAsMessage(bytes).bodyLength();
        } catch (IndexOutOfBoundsException malformed) {
            throw new MalformedFileException(source, at, null, "a message cannot be read", REMEDY, malformed);
        }
    }
}
