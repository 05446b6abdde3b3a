/** What a tensor is: its element type, shape, place in a file, and ranges of its elements. Nothing here does I/O. */
package io.arrowquant.tensor;
