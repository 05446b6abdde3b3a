/**
 * The SQL functions {@code quantize}, {@code dequantize}, {@code tensor_stats} and {@code quantization_error}.
 *
 * <p>{@link io.arrowquant.spark.function.ArrowQuantExtensions} registers them. Each is a Catalyst expression written in
 * Java: {@link io.arrowquant.spark.function.Quantize} and {@link io.arrowquant.spark.function.Dequantize} evaluate rows,
 * {@link io.arrowquant.spark.function.TensorStats} and {@link io.arrowquant.spark.function.QuantizationError} are
 * aggregates. What a call of quantize means is decided in one place, {@code RangeQuantizer}: it takes the values of the
 * named arguments and the weights of one row, wherever these lie in memory ({@code Weights}), and has the core encode
 * them. Its result, a {@code QuantizedRange}, becomes a row of Spark ({@code QuantizedStruct}).
 *
 * <p>Where the weights come as Arrow batches, {@link io.arrowquant.spark.function.ArrowQuantProject} takes the place of a
 * projection and quantizes whole columns without making rows of them. {@code ColumnarQuantizeRule} decides where; the
 * results are gathered in {@code QuantizedVectors}. Both ways share everything else, hence the same bytes.
 *
 * <p>The classes that generated code or Catalyst's copying by reflection touch are public; nothing here is meant to be
 * called from outside.
 */
package io.arrowquant.spark.function;
