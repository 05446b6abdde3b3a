package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.io.Serializable;
import java.util.List;

/** A weight that is stored as codes, scales and more: what it looks like decoded, and where its parts are. */
public final class QuantizedTensor implements Serializable {
    private static final long serialVersionUID = 1L;

    private final TensorInfo info;
    private final List<CheckpointTensor> parts;
    private final Decoding decoding;

    QuantizedTensor(String name, DataType dtype, Shape shape, List<CheckpointTensor> parts, Decoding decoding) {
        // The decoded tensor lies nowhere.
        this.info = new TensorInfo(name, dtype, shape, 0, dtype.byteLength(shape.elements()));
        this.parts = List.copyOf(parts);
        this.decoding = decoding;
    }

    /** The decoded tensor: its name, the type it is decoded to, its shape. */
    public TensorInfo info() {
        return info;
    }

    /** The tensors it is stored in, the one of the codes first. */
    public List<CheckpointTensor> parts() {
        return parts;
    }

    /** The scheme that would store it like this, as the catalog calls it; of packed words without their groups. */
    public String spelling() {
        return decoding.spelling();
    }

    /** Stored bytes of all parts. */
    public long storedBytes() {
        long bytes = 0;
        for (CheckpointTensor part : parts) {
            bytes += part.info().byteLength();
        }
        return bytes;
    }

    /** The tensor as its decoded form stands in a plan: in the file of its codes. */
    public CheckpointTensor decoded() {
        return new CheckpointTensor(parts.get(0).file(), info);
    }

    /** Its elements in the decoded type. For one thread. */
    public ElementSource elements(PartReader reader) {
        return new DecodedElements(info, decoding.open(this, reader));
    }
}
