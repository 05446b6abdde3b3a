/**
 * Half-quadratic quantization (HQQ) without its optimizer: groups along the flattened tensor, a scale and a zero point
 * that is no whole number for each. The optimizer is left out because its powers are those of one vector library, and its
 * stopping rule is a mean over the whole tensor.
 */
package io.arrowquant.scheme.hqq;
