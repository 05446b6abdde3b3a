package io.arrowquant.safetensors;

import com.fasterxml.jackson.core.JsonToken;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns the JSON of one header into tensors, each checked by itself; how they lie together is checked after. */
final class HeaderJsonReader {
    static final String METADATA = "__metadata__";

    private final StrictJson json;
    private final SafetensorsLimits limits;
    private final long dataStart;
    private final long dataLength;
    private final Set<String> names = new HashSet<>();
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final long[] dimensions;
    private Map<String, String> metadata;

    HeaderJsonReader(String file, byte[] text, long fileSize, SafetensorsLimits limits) {
        this.json = new StrictJson(file, text, SafetensorsHeaderParser.PREFIX_BYTES, limits.json());
        this.limits = limits;
        this.dataStart = (long) SafetensorsHeaderParser.PREFIX_BYTES + text.length;
        this.dataLength = fileSize - dataStart;
        this.dimensions = new long[limits.rank()];
    }

    /** Null when the header has no metadata. */
    Map<String, String> metadata() {
        return metadata;
    }

    List<TensorInfo> tensors() {
        return tensors;
    }

    void read() {
        json.next();
        while (json.next() == JsonToken.FIELD_NAME) {
            String name = json.name();
            if (name.equals(METADATA)) {
                readMetadata();
            } else {
                readTensor(name);
            }
        }
        json.requireEnd();
    }

    private void readMetadata() {
        if (metadata != null) {
            throw json.error(null, "the key __metadata__ occurs twice");
        }
        metadata = new LinkedHashMap<>();
        json.next();
        json.require(JsonToken.START_OBJECT, null, "__metadata__ must be an object of strings");
        while (json.next() == JsonToken.FIELD_NAME) {
            String key = json.name();
            if (metadata.containsKey(key)) {
                throw json.error(null, "a key of __metadata__ occurs twice");
            }
            if (metadata.size() == limits.metadataEntries()) {
                throw json.error(null, "__metadata__ has more entries than the limit of " + limits.metadataEntries());
            }
            json.next();
            metadata.put(key, json.string(null, "a value of __metadata__"));
        }
    }

    private void readTensor(String name) {
        if (!names.add(name)) {
            throw json.error(name, "the tensor occurs twice");
        }
        if (tensors.size() == limits.tensors()) {
            throw json.error(name, "the file has more tensors than the limit of " + limits.tensors());
        }
        long mark = json.mark();
        json.next();
        json.require(JsonToken.START_OBJECT, name, "a tensor must be described by an object");
        DataType dtype = null;
        Shape shape = null;
        long[] range = null;
        Set<String> extras = null;
        while (json.next() == JsonToken.FIELD_NAME) {
            String field = json.name();
            boolean repeated;
            switch (field) {
                case "dtype":
                    repeated = dtype != null;
                    break;
                case "shape":
                    repeated = shape != null;
                    break;
                case "data_offsets":
                    repeated = range != null;
                    break;
                default:
                    extras = extras == null ? new HashSet<>() : extras;
                    repeated = !extras.add(field);
            }
            if (repeated) {
                throw json.error(name, "a field of the tensor occurs twice");
            }
            json.next();
            switch (field) {
                case "dtype":
                    dtype = readType(name);
                    break;
                case "shape":
                    shape = readShape(name);
                    break;
                case "data_offsets":
                    range = readRange(name);
                    break;
                default:
                    // The reference reader ignores fields it does not know.
                    json.skipValue();
            }
        }
        requirePresent(mark, name, "dtype", dtype);
        requirePresent(mark, name, "shape", shape);
        requirePresent(mark, name, "data_offsets", range);
        requireSize(mark, name, dtype, shape, range[1] - range[0]);
        tensors.add(new TensorInfo(name, dtype, shape, dataStart + range[0], range[1] - range[0]));
    }

    private DataType readType(String tensor) {
        String name = json.string(tensor, "dtype");
        DataType dtype = DataType.find(name);
        if (dtype == null) {
            String known = Arrays.toString(DataType.values());
            String shown = Printable.text(name);
            throw json.error(tensor, "unknown dtype '" + shown + "'; the format knows " + known);
        }
        return dtype;
    }

    private Shape readShape(String tensor) {
        json.require(JsonToken.START_ARRAY, tensor, "shape must be a list of whole numbers");
        int rank = 0;
        long elements = 1;
        while (json.next() != JsonToken.END_ARRAY) {
            if (rank == limits.rank()) {
                throw json.error(tensor, "shape has more dimensions than the limit of " + limits.rank());
            }
            long dimension = json.count(tensor, "a dimension");
            // In the file's order, as the reference does, so that both refuse the same shapes around a zero.
            if (elements != 0 && dimension > Long.MAX_VALUE / elements) {
                throw json.error(tensor, "shape has more than 2^63 - 1 elements");
            }
            elements *= dimension;
            dimensions[rank++] = dimension;
        }
        return Shape.of(Arrays.copyOf(dimensions, rank));
    }

    private long[] readRange(String tensor) {
        String rule = "data_offsets must be a list of two whole numbers";
        json.require(JsonToken.START_ARRAY, tensor, rule);
        json.next();
        long begin = json.count(tensor, "the first of data_offsets");
        json.next();
        long end = json.count(tensor, "the second of data_offsets");
        if (begin > end) {
            throw json.error(tensor, "data_offsets begin at " + begin + " and end before, at " + end);
        }
        if (end > dataLength) {
            throw json.error(
                    tensor,
                    "data_offsets end at " + end + ", but the file has only " + dataLength + " bytes after its header");
        }
        json.next();
        json.require(JsonToken.END_ARRAY, tensor, rule);
        return new long[] {begin, end};
    }

    private void requirePresent(long mark, String tensor, String field, Object value) {
        if (value == null) {
            throw json.errorAt(mark, tensor, "the field " + field + " is missing");
        }
    }

    private void requireSize(long mark, String tensor, DataType dtype, Shape shape, long stored) {
        long expected;
        try {
            expected = dtype.byteLength(shape.elements());
        } catch (ArithmeticException overflow) {
            throw sizeError(mark, tensor, dtype, shape);
        }
        if (expected != stored) {
            throw json.errorAt(
                    mark,
                    tensor,
                    "dtype " + dtype + " and shape " + shape + " need " + expected + " bytes, but data_offsets span "
                            + stored);
        }
    }

    /** Either more bits than a long counts, or elements of less than a byte that leave the last byte unfilled. */
    private MalformedFileException sizeError(long mark, String tensor, DataType dtype, Shape shape) {
        boolean tooLarge = shape.elements() > Long.MAX_VALUE / dtype.bits();
        return json.errorAt(
                mark,
                tensor,
                "dtype " + dtype + " and shape " + shape
                        + (tooLarge ? " need more than 2^63 - 1 bits" : " do not fill whole bytes"));
    }
}
