package io.arrowquant.spark.convert;

import io.arrowquant.safetensors.SafetensorsLayout;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where everything goes in an output file: in the order of the reference writer, so that the file is the one it would
 * write. Texts whose length is known only once their tensor is encoded stand at the end, behind a header with room for the
 * longest they can be.
 */
final class FilePlaces {
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    private final List<TensorSpec> fixed = new ArrayList<>();
    private final Map<String, TensorSpec> late = new LinkedHashMap<>();
    private final Map<String, Long> positions = new HashMap<>();
    private final long headerBytes;

    FilePlaces(List<ConvertTensor> tensors) {
        List<TensorSpec> longest = new ArrayList<>();
        for (ConvertTensor tensor : tensors) {
            TensorInfo info = tensor.tensor();
            if (tensor.scheme() == null) {
                fixed.add(new TensorSpec(info.name(), info.dtype(), info.shape()));
                continue;
            }
            for (PartSpec part : tensor.parts()) {
                TensorSpec spec = new TensorSpec(part.nameFor(info.name()), part.dtype(), part.shape());
                (part.extent() == PartSpec.Extent.EXACT ? fixed : longest).add(spec);
            }
        }
        fixed.sort(SafetensorsLayout.REFERENCE_ORDER);
        SafetensorsLayout layout = withLongest(fixed, longest);
        headerBytes = layout.dataStart();
        for (TensorInfo placed : layout.tensors().subList(0, fixed.size())) {
            positions.put(placed.name(), placed.offset());
        }
        longest.forEach(spec -> late.put(spec.name(), null));
    }

    /** The layout if all texts at the end, in the order of their tensors, are as long as they can be. */
    private static SafetensorsLayout withLongest(List<TensorSpec> fixed, List<TensorSpec> longest) {
        List<TensorSpec> all = new ArrayList<>(fixed);
        all.addAll(longest);
        return SafetensorsLayout.of(METADATA, all);
    }

    /** The size of a file, header included, of such parts; at most, when there are texts at its end. */
    static long fileBytes(List<TensorSpec> exact, List<TensorSpec> atMost) {
        List<TensorSpec> fixed = new ArrayList<>(exact);
        fixed.sort(SafetensorsLayout.REFERENCE_ORDER);
        return withLongest(fixed, atMost).fileSize();
    }

    /** What the file has at least: all but the texts at its end. */
    long bytes() {
        long bytes = headerBytes;
        for (TensorSpec spec : fixed) {
            bytes += spec.dtype().byteLength(spec.shape().elements());
        }
        return bytes;
    }

    /** The place of a tensor's first byte; negative for one that comes at the end. */
    long position(String name) {
        return positions.getOrDefault(name, -1L);
    }

    /** Says how long a text at the end has become. */
    void settle(TensorSpec spec) {
        late.put(spec.name(), spec);
    }

    /** The final layout, when all texts are settled. */
    SafetensorsLayout layout() {
        List<TensorSpec> all = new ArrayList<>(fixed);
        all.addAll(late.values());
        return SafetensorsLayout.reserving(Math.toIntExact(headerBytes), METADATA, all);
    }
}
