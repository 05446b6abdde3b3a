/**
 * The project's own integer schemes int2, int4 and int8. Groups run along the flattened tensor; each has a scale and a
 * zero point, both float32, and codes of 2, 4 or 8 bits. A value is {@code (code - zero_point) * scale}.
 *
 * <p>{@link io.arrowquant.scheme.integer.IntegerGrid} holds the arithmetic of one group, which is the specification;
 * the loops over elements are kernels. Symmetric int2 has three levels only (-scale, 0, scale).
 */
package io.arrowquant.scheme.integer;
