package io.arrowquant.safetensors;

/**
 * What a safetensors header may ask of us before it is refused. The defaults lie far above every published model and
 * low enough that a hostile header costs a bounded amount of memory.
 *
 * @param headerBytes length of the JSON header; the reference implementation has the same limit
 * @param tensors tensors in one file
 * @param nameLength characters of a tensor name or any other key
 * @param rank dimensions of one tensor; NumPy knows no more
 * @param metadataEntries entries of {@code __metadata__}
 * @param stringLength characters of a metadata value or any other text
 * @param nestingDepth objects and arrays within each other, which only ignored extra fields can have
 */
public record SafetensorsLimits(
        int headerBytes,
        int tensors,
        int nameLength,
        int rank,
        int metadataEntries,
        int stringLength,
        int nestingDepth) {

    public static final SafetensorsLimits DEFAULTS =
            new SafetensorsLimits(100_000_000, 1_000_000, 65_536, 64, 100_000, 20_000_000, 128);

    StrictJson.Limits json() {
        return new StrictJson.Limits(nameLength, stringLength, nestingDepth);
    }
}
