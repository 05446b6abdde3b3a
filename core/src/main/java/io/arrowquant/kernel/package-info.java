/**
 * The loops that touch every element, behind one small port. {@link io.arrowquant.kernel.Kernels} looks a provider up
 * once; each provider offers the same operations with the same bytes, whatever the machine. The scalar provider is the
 * reference: plain loops that anyone can read. Callers pass buffers in and get counts out; kernels do not log, read
 * options, or allocate.
 *
 * <p>{@link io.arrowquant.kernel.Tile} is the unit of work: a few thousand consecutive elements, as they are stored and,
 * on demand, as floats. Tiles are small enough to stay in the cache between the passes of a scheme.
 */
package io.arrowquant.kernel;
