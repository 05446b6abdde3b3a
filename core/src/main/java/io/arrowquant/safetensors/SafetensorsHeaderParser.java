package io.arrowquant.safetensors;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/**
 * Reads and checks the header of a safetensors file: eight bytes of length, that many bytes of JSON, data to the end.
 * It never allocates more than the header's length, and that only once the length is known to fit the file and limits.
 *
 * <p>It accepts what the reference implementation accepts, except for files that its format text forbids but its code
 * lets pass: duplicate keys, a {@code __metadata__} of null, white space before the object, lists in place of objects.
 */
public final class SafetensorsHeaderParser {
    static final int PREFIX_BYTES = 8;

    /** Enough for most headers, so that one request to an object store brings length and header together. */
    private static final int FIRST_READ = 64 * 1024;

    private static final String TRUNCATED = "The file was cut short or is not a safetensors file: download it again";

    private SafetensorsHeaderParser() {}

    /** Reads the header with {@link SafetensorsLimits#DEFAULTS}. */
    public static SafetensorsHeader read(String file, RangeReader reader) throws IOException {
        return read(file, reader, SafetensorsLimits.DEFAULTS);
    }

    /**
     * Reads the header. Whatever is wrong with the file is a {@link MalformedFileException}; an IOException means that
     * the storage failed. {@code file} is how errors call the file.
     */
    public static SafetensorsHeader read(String file, RangeReader reader, SafetensorsLimits limits) throws IOException {
        long fileSize = reader.size();
        if (fileSize < PREFIX_BYTES) {
            String problem = fileSize == 0
                    ? "the file is empty"
                    : "the file has " + fileSize + " bytes, fewer than the 8 of the header length";
            throw MalformedFileException.at(file, 0, problem, TRUNCATED);
        }
        byte[] first = new byte[(int) Math.min(FIRST_READ, fileSize)];
        reader.readFully(0, first, 0, first.length);
        int headerLength = checkedLength(
                file, ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong(0), fileSize, limits);

        byte[] json = new byte[headerLength];
        int known = Math.min(headerLength, first.length - PREFIX_BYTES);
        System.arraycopy(first, PREFIX_BYTES, json, 0, known);
        if (known < headerLength) {
            reader.readFully(PREFIX_BYTES + known, json, known, headerLength - known);
        }
        if (json[0] != '{') {
            throw MalformedFileException.at(
                    file,
                    PREFIX_BYTES,
                    String.format(Locale.ROOT, "the header must begin with '{', not with byte 0x%02x", json[0]),
                    "The file is damaged or not a safetensors file");
        }

        HeaderJsonReader header = new HeaderJsonReader(file, json, fileSize, limits);
        header.read();
        long dataStart = (long) PREFIX_BYTES + headerLength;
        List<TensorInfo> tensors = DataCoverage.sortedAndChecked(file, header.tensors(), dataStart, fileSize);
        return new SafetensorsHeader(header.metadata(), tensors, dataStart, fileSize);
    }

    private static int checkedLength(String file, long length, long fileSize, SafetensorsLimits limits) {
        // The field is unsigned: a set top bit is a huge length, not a negative one.
        String shown = Long.toUnsignedString(length);
        if (Long.compareUnsigned(length, limits.headerBytes()) > 0) {
            throw MalformedFileException.at(
                    file,
                    0,
                    "the header length " + shown + " exceeds the limit of " + limits.headerBytes() + " bytes",
                    "The file is damaged or not a safetensors file; a model with that many tensors must be sharded");
        }
        if (length > fileSize - PREFIX_BYTES) {
            throw MalformedFileException.at(
                    file,
                    0,
                    "the header length " + shown + " goes beyond the end of the file of " + fileSize + " bytes",
                    TRUNCATED);
        }
        if (length < 2) {
            throw MalformedFileException.at(
                    file, 0, "the header length " + shown + " leaves no room for a JSON object", StrictJson.DAMAGED);
        }
        return (int) length;
    }
}
