package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.error.QuantizationException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeSpec;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.List;
import java.util.Map;

/** A quantized layer, taken out of a result, and the way back to its values. */
final class StoredLayer {
    private static final int STEP = 1 << 16;

    final String name;
    final Shape shape;
    private final DataType kept;
    private final Scheme scheme;
    private final DataType source;
    private final byte[][] parts;

    private StoredLayer(String name, Shape shape, DataType kept, Scheme scheme, DataType source, byte[][] parts) {
        this.name = name;
        this.shape = shape;
        this.kept = kept;
        this.scheme = scheme;
        this.source = source;
        this.parts = parts;
    }

    /** A layer that stayed as it was stored. */
    static StoredLayer kept(String name, Shape shape, DataType type, byte[] data) {
        if (!type.isReadableAsFloat()) {
            throw LayerErrors.of(name, type + " elements cannot be read as numbers", "");
        }
        requireLength(name, "quantized_data", data.length, type.byteLength(shape.elements()));
        return new StoredLayer(name, shape, type, null, type, new byte[][] {data});
    }

    /** A layer of a scheme. {@code parts} are as decoders take them; their lengths are checked here. */
    static StoredLayer quantized(String name, Shape shape, Scheme scheme, DataType source, byte[][] parts) {
        List<PartSpec> specs = scheme.parts(shape, source);
        for (int i = 0; i < parts.length; i++) {
            if (parts[i] == null) {
                throw LayerErrors.of(
                        name,
                        "part " + specs.get(i).suffix() + ", which scheme " + scheme.spelling() + " needs, is missing",
                        "");
            }
            if (!specs.get(i).allows(parts[i].length)) {
                requireLength(
                        name,
                        specs.get(i).suffix(),
                        parts[i].length,
                        specs.get(i).byteLength());
            }
        }
        return new StoredLayer(name, shape, null, scheme, source, parts);
    }

    private static void requireLength(String layer, String part, long length, long expected) {
        if (length != expected) {
            throw LayerErrors.of(layer, part + " has " + length + " bytes, but must have " + expected, "");
        }
    }

    /** Takes values, piece by piece and in order. */
    interface Sink {
        void accept(float[] values, int count, long start);
    }

    /** Gives all values to a sink. */
    void decode(Sink sink) {
        long elements = shape.elements();
        if (kept != null) {
            widen(elements, sink);
            return;
        }
        Decoder decoder = scheme.decoder(shape, source);
        long step = step(decoder, elements);
        float[] values = new float[Math.toIntExact(Math.min(step, elements))];
        int[] offsets = new int[parts.length];
        try {
            for (long at = 0; at < elements; at += step) {
                int count = (int) Math.min(step, elements - at);
                decoder.decode(parts, offsets(offsets, at), at, count, values, 0);
                sink.accept(values, count, at);
            }
        } catch (IndexOutOfBoundsException contradiction) {
            throw new QuantizationException(
                    name,
                    QuantizationException.NO_INDEX,
                    "holds parts that contradict its scheme " + scheme.spelling(),
                    "Check where the result comes from");
        }
    }

    /** Parts of the integer family are read piece by piece; where those of others begin is theirs to know. */
    private long step(Decoder decoder, long elements) {
        int unit = decoder.tileUnit();
        boolean pieces = PartSpec.areScaleColumns(scheme.parts(shape, source))
                && scheme.unit(shape) <= unit
                && !decoder.needsWholeParts();
        return pieces ? Math.max(1, STEP / unit) * (long) unit : Math.max(1, elements);
    }

    private int[] offsets(int[] offsets, long at) {
        if (at > 0) {
            int scale = Math.toIntExact(at / scheme.unit(shape) * Float.BYTES);
            offsets[0] = Math.toIntExact(at * scheme.bitWidth() / Byte.SIZE);
            offsets[1] = scale;
            offsets[2] = scale;
        }
        return offsets;
    }

    private void widen(long elements, Sink sink) {
        float[] values = new float[(int) Math.min(STEP, elements)];
        for (long at = 0; at < elements; at += STEP) {
            int count = (int) Math.min(STEP, elements - at);
            int from = Math.toIntExact(kept.byteLength(at));
            Kernels.get().widening().widen(kept, parts[0], from, values, 0, count);
            sink.accept(values, count, at);
        }
    }

    /** The scheme of a label, which leaves the group size out; a group size of zero says nothing. */
    static Scheme scheme(String label, long groupSize, Shape shape) {
        SchemeSpec spec = SchemeSpec.parse(label);
        Scheme plain = SchemeCatalog.of(spec);
        if (groupSize == 0 || plain.groupSize(shape) == groupSize) {
            return plain;
        }
        if (groupSize < 0) {
            throw new InvalidRequestException("group_size is " + groupSize);
        }
        return SchemeCatalog.of(spec.with(Map.of("group_size", Long.toString(groupSize))));
    }
}
