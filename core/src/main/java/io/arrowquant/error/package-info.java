/**
 * The errors users meet. Every one says what is wrong, where (file, offset, tensor, option) and what to do. Names that
 * come out of files pass through {@link io.arrowquant.error.Printable} before they are shown.
 */
package io.arrowquant.error;
