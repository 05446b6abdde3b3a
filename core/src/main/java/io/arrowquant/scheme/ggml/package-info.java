/**
 * The block formats of ggml, byte for byte what its C quantizers write in a plain x86-64 build: float arithmetic in the
 * order of the elements, nothing fused, nothing reassociated. Builds that contract to fused multiply-add differ from it
 * in some blocks, and so from us.
 *
 * <p>Every type cuts rows into blocks of 1, 32, 64 or 256 elements; a block holds its own scales, so it depends on
 * nothing but its elements. {@link io.arrowquant.scheme.ggml.BlockCodec} is one type and holds what its format is; what
 * takes time, it has kernels do. The searches for the best scale, {@link io.arrowquant.scheme.ggml.PlainSearch}, and the
 * plain encoders of {@link io.arrowquant.scheme.ggml.ScaledCodec} are the scalar reference: kernels give the same bytes,
 * and leave to them the values that their arithmetic does not hold for.
 *
 * <p>A scheme makes one part, the blocks of all rows in order. The types of safetensors know no ggml blocks, so the part
 * is {@code ggml_<type>} of bytes with the leading dimensions of the tensor and the bytes of a row as the last, the shape
 * gguf-py uses; F16 and BF16 keep their type and shape.
 *
 * <p>With an importance matrix ({@link io.arrowquant.scheme.ImportanceAware}) most types search for scales with errors
 * weighed by column. The types that take the mean square of the whole row into account are then cut at rows.
 */
package io.arrowquant.scheme.ggml;
