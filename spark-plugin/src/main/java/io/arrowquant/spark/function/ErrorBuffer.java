package io.arrowquant.spark.function;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.quality.ErrorStatistics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The state of one group of {@code quantization_error}: statistics, and whether another row may follow. */
final class ErrorBuffer {
    private final ErrorStatistics statistics;
    private boolean empty;

    /** The scheme of the row that was the whole tensor and forbids a second one, or null. */
    private String wholeTensorScheme;

    ErrorBuffer() {
        this(new ErrorStatistics(), true, null);
    }

    private ErrorBuffer(ErrorStatistics statistics, boolean empty, String wholeTensorScheme) {
        this.statistics = statistics;
        this.empty = empty;
        this.wholeTensorScheme = wholeTensorScheme;
    }

    ErrorStatistics statistics() {
        return statistics;
    }

    /** Admits a row; {@code scheme} is not null when that scheme needs the whole tensor in one row. */
    void admit(String scheme) {
        if (!empty && (scheme != null || wholeTensorScheme != null)) {
            throw secondRow(scheme == null ? wholeTensorScheme : scheme);
        }
        empty = false;
        wholeTensorScheme = scheme;
    }

    void merge(ErrorBuffer other) {
        if (other.empty) {
            return;
        }
        admit(other.wholeTensorScheme);
        statistics.merge(other.statistics);
    }

    private static InvalidRequestException secondRow(String scheme) {
        return new InvalidRequestException(
                "Scheme " + scheme + " needs the whole tensor in one row, but the group has a second row",
                "Group by layer_name, and read with option wholeTensors=true");
    }

    byte[] toBytes() {
        byte[] sums = statistics.toBytes();
        byte[] scheme = wholeTensorScheme == null ? new byte[0] : wholeTensorScheme.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + Integer.BYTES + scheme.length + sums.length)
                .put((byte) (empty ? 1 : 0))
                .putInt(scheme.length)
                .put(scheme)
                .put(sums)
                .array();
    }

    static ErrorBuffer fromBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean empty = in.get() == 1;
        byte[] scheme = new byte[in.getInt()];
        in.get(scheme);
        byte[] sums = new byte[in.remaining()];
        in.get(sums);
        return new ErrorBuffer(
                ErrorStatistics.fromBytes(sums),
                empty,
                scheme.length == 0 ? null : new String(scheme, StandardCharsets.UTF_8));
    }
}
