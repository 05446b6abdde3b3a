/**
 * How numbers become bytes. A {@link io.arrowquant.scheme.Scheme} is a name with parameters, found in the one
 * {@link io.arrowquant.scheme.SchemeCatalog} under the one spelling {@code NAME} or {@code NAME(key=value, ...)}.
 *
 * <p>A scheme turns a tensor into one or more <em>parts</em> (codes, scales, ...). It works on elements in order, tile
 * by tile, through an {@link io.arrowquant.scheme.Encoder}; ranges of a tensor may be encoded on their own when they
 * start at a multiple of {@link io.arrowquant.scheme.Scheme#unit}. A scheme whose outputs depend on more than one unit
 * asks for a first pass, a {@link io.arrowquant.scheme.Survey}. {@link io.arrowquant.scheme.RangeEncoder} drives all
 * that, so that every door produces the same bytes.
 *
 * <p>Each family of schemes has a package of its own below this one with the same cast: a family that lists its
 * catalog entries, a scheme, an encoder and a decoder. Families do not know each other.
 */
package io.arrowquant.scheme;
