package io.arrowquant.safetensors;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where everything lies in a file to be written: the header's bytes and the place of each tensor after it. */
public final class SafetensorsLayout {
    /** The order of the reference writer: widest types first, so that each tensor is aligned, then by name. */
    public static final Comparator<TensorSpec> REFERENCE_ORDER = Comparator.comparing(
                    TensorSpec::dtype, Comparator.<DataType>reverseOrder())
            .thenComparing(TensorSpec::name, Utf8::compare);

    private static final int ALIGNMENT = 8;
    private static final int LIMIT = SafetensorsLimits.DEFAULTS.headerBytes();

    private final byte[] header;
    private final List<TensorInfo> tensors;
    private final long fileSize;

    private SafetensorsLayout(byte[] header, List<TensorInfo> tensors, long dataLength) {
        this.header = header;
        this.tensors = tensors;
        this.fileSize = Math.addExact(header.length, dataLength);
    }

    /**
     * Lays the tensors out in the order given, after a header padded to a multiple of eight as the reference writer
     * does. {@code metadata} may be null for none. Names must be unique and the header within the format's limit.
     */
    public static SafetensorsLayout of(Map<String, String> metadata, List<TensorSpec> tensors) {
        byte[] json = json(metadata, tensors);
        return build(json, roundUp(SafetensorsHeaderParser.PREFIX_BYTES + json.length), tensors);
    }

    /**
     * As {@link #of}, with the header, including its eight bytes of length, padded to exactly {@code headerBytes}: for
     * writers that must fix where the data begins before they know all the header says. Too little is refused.
     */
    public static SafetensorsLayout reserving(int headerBytes, Map<String, String> metadata, List<TensorSpec> tensors) {
        byte[] json = json(metadata, tensors);
        int needed = SafetensorsHeaderParser.PREFIX_BYTES + json.length;
        if (headerBytes < needed || headerBytes > LIMIT + SafetensorsHeaderParser.PREFIX_BYTES) {
            throw new InvalidRequestException(
                    "The safetensors header cannot take " + headerBytes + " bytes: it needs at least " + needed
                            + " and may have at most " + (LIMIT + SafetensorsHeaderParser.PREFIX_BYTES),
                    "Reserve a size between the two");
        }
        return build(json, headerBytes, tensors);
    }

    /** The first bytes of the file, up to the data: length, JSON and padding. */
    public byte[] header() {
        return header.clone();
    }

    /** The tensors in the order given, with their absolute offsets. */
    public List<TensorInfo> tensors() {
        return tensors;
    }

    public long dataStart() {
        return header.length;
    }

    public long fileSize() {
        return fileSize;
    }

    private static byte[] json(Map<String, String> metadata, List<TensorSpec> tensors) {
        HeaderJsonWriter writer = new HeaderJsonWriter();
        if (metadata != null) {
            requireEncodable(metadata);
            writer.metadata(metadata);
        }
        Set<String> names = new HashSet<>(tensors.size() * 2);
        long begin = 0;
        for (TensorSpec spec : tensors) {
            if (!names.add(spec.name())) {
                throw new InvalidRequestException(
                        "Tensor '" + Printable.text(spec.name()) + "' occurs twice in one safetensors file",
                        "Rename one of them or write them to different files");
            }
            long length = spec.byteLength();
            writer.tensor(new TensorInfo(spec.name(), spec.dtype(), spec.shape(), begin, length), begin);
            begin = Math.addExact(begin, length);
            // Checked as it grows, before it costs memory without bound.
            requireWithinLimit(writer.length());
        }
        byte[] json = writer.finish().getBytes(StandardCharsets.UTF_8);
        requireWithinLimit(roundUp(json.length));
        return json;
    }

    private static SafetensorsLayout build(byte[] json, int headerBytes, List<TensorSpec> specs) {
        byte[] header = new byte[headerBytes];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes - SafetensorsHeaderParser.PREFIX_BYTES)
                .put(json);
        List<TensorInfo> tensors = new ArrayList<>(specs.size());
        long offset = headerBytes;
        for (TensorSpec spec : specs) {
            tensors.add(new TensorInfo(spec.name(), spec.dtype(), spec.shape(), offset, spec.byteLength()));
            offset = Math.addExact(offset, spec.byteLength());
        }
        return new SafetensorsLayout(header, List.copyOf(tensors), offset - headerBytes);
    }

    private static void requireEncodable(Map<String, String> metadata) {
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            if (!Utf8.canEncode(entry.getKey()) || !Utf8.canEncode(entry.getValue())) {
                throw new InvalidRequestException(
                        "The metadata entry '" + Printable.text(entry.getKey())
                                + "' holds half a surrogate pair and has no UTF-8 form",
                        "Remove the character");
            }
        }
    }

    private static void requireWithinLimit(long headerLength) {
        if (headerLength > LIMIT) {
            throw new InvalidRequestException(
                    "The safetensors header would exceed the format's limit of " + LIMIT + " bytes",
                    "Write the tensors to several files with a smaller max-shard-size");
        }
    }

    private static int roundUp(int bytes) {
        return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
