/**
 * The loops that touch every element, behind one small port. {@link io.arrowquant.kernel.Kernels} looks a provider up
 * once; each provider offers the same operations with the same bytes, whatever the machine. The scalar provider is the
 * reference: plain loops that anyone can read. Callers pass buffers in and get counts out; kernels do not log, read
 * options, or allocate.
 *
 * <p>{@link io.arrowquant.kernel.Tile} is the unit of work: a few thousand consecutive elements, as they are stored and,
 * on demand, as floats. Tiles are small enough to stay in the cache between the passes of a scheme.
 *
 * <p>Vector kernels are as fast as the code that the JVM's compiler makes of them. What helps it: one loop over all spans of
 * a call, with a number of vectors in a round that it knows, two to four of them written out; casts to the classes in {@code
 * VectorShapes}; and no calls of other methods in the loop, since after so many vector operations it inlines no more, and a
 * call that is left keeps nothing in registers. Rare cases are therefore remembered and done after the loop. {@code
 * core/bench.sh} tells whether a change was one for the better; numbers of the same process only.
 *
 * <p>Formats that search for their scales add up numbers in an order that must not change, so many sub-blocks are searched side
 * by side instead ({@code ParallelSearch}): one in each lane of vectors, or, without {@code jdk.incubator.vector}, by loops
 * over the same element of each that the compiler turns into vectors by itself ({@code LoopSums} says what that takes). What
 * is outside the range that either arithmetic holds for is left to the plain search that the format brings along, which is
 * also the reference.
 */
package io.arrowquant.kernel;
