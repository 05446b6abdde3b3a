package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The formats of compressed-tensors; the config says which modules have which. */
final class CompressedTensorsFinder implements Finder {
    private static final String PACKED = ".weight_packed";
    private static final String WEIGHT = ".weight";
    private static final Set<String> ASIDE =
            Set.of("input_scale", "input_zero_point", "input_global_scale", "output_scale", "output_zero_point");

    private final Siblings siblings;
    private final DataType dtype;
    private final CompressedTensorsGroups groups;
    private final TensorContent content;

    CompressedTensorsFinder(Siblings siblings, DataType dtype, CompressedTensorsGroups groups, TensorContent content) {
        this.siblings = siblings;
        this.dtype = dtype;
        this.groups = groups;
        this.content = content;
    }

    @Override
    public QuantizedTensor find(CheckpointTensor tensor) throws IOException {
        String packed = Finder.moduleOf(tensor.name(), PACKED);
        String module = packed == null ? Finder.moduleOf(tensor.name(), WEIGHT) : packed;
        if (module == null || (packed == null && siblings.find(module, "weight_scale") == null)) {
            return null;
        }
        CheckpointTensor scales = siblings.require(tensor, module, "weight_scale");
        if (siblings.find(module, "weight_g_idx") != null) {
            throw new InvalidRequestException(
                    "Tensor " + Printable.text(tensor.name())
                            + " has its columns in an order of activations, which is not decoded for compressed-tensors",
                    "Quantize the original weights instead");
        }
        CompressedTensorsGroups.Group group = groups.of(module);
        Scheme scheme = group.scheme(module);
        Shape shape = shape(tensor, module, group, scales);
        DataType arithmetic = group.hasFloatScales() ? scales.info().dtype() : dtype;
        List<CheckpointTensor> parts = new ArrayList<>();
        List<Integer> stored = new ArrayList<>();
        for (PartSpec spec : scheme.parts(shape, arithmetic)) {
            // Only people and loaders need the shape.
            if (spec.suffix().equals("weight_shape")) {
                stored.add(-1);
                continue;
            }
            CheckpointTensor part = siblings.require(tensor, module, spec.suffix());
            Siblings.requireForm(part, spec.shape(), types(spec.dtype()));
            stored.add(parts.size());
            parts.add(part);
        }
        SchemeDecoding decoding = new SchemeDecoding(scheme, arithmetic, List.copyOf(stored));
        return new QuantizedTensor(module + WEIGHT, dtype, shape, parts, decoding);
    }

    /** Scales that are powers of two are stored as bytes of either name. */
    private static DataType[] types(DataType made) {
        return made == DataType.U8 ? new DataType[] {made, DataType.F8_E8M0} : new DataType[] {made};
    }

    private Shape shape(
            CheckpointTensor tensor, String module, CompressedTensorsGroups.Group group, CheckpointTensor scales)
            throws IOException {
        Shape stored = tensor.info().shape();
        if (stored.rank() != 2) {
            throw Siblings.malformed(tensor, "it has " + stored.rank() + " dimensions instead of 2");
        }
        if (!tensor.name().endsWith(PACKED)) {
            return stored;
        }
        if (group.size() > 0) {
            return Shape.of(
                    stored.rows(), Math.multiplyExact(scales.info().shape().columns(), (long) group.size()));
        }
        ByteBuffer written = ByteBuffer.wrap(content.read(siblings.require(tensor, module, "weight_shape")))
                .order(ByteOrder.LITTLE_ENDIAN);
        if (written.remaining() != 2 * Long.BYTES || written.getLong(0) != stored.rows() || written.getLong(8) < 0) {
            throw Siblings.malformed(tensor, "its weight_shape is not that of a matrix of " + stored.rows() + " rows");
        }
        return Shape.of(stored.rows(), written.getLong(8));
    }

    @Override
    public boolean isAside(String name) {
        // The shape of a weight in groups follows from its parts.
        return ASIDE.contains(name.substring(name.lastIndexOf('.') + 1)) || name.endsWith(".weight_shape");
    }
}
