package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;

/**
 * What an encoder is told of the tensor: its name for errors (null when unknown), its stored type, which decides the
 * arithmetic of some schemes, its whole shape, and what to do with NaN and infinities.
 */
public record EncodeRequest(String layer, DataType dtype, Shape shape, NonFinite nonFinite) {}
