/**
 * The safetensors file format. {@link io.arrowquant.safetensors.SafetensorsHeaderParser} turns the first bytes of a
 * file nobody has vouched for into a {@link io.arrowquant.safetensors.SafetensorsHeader} whose tensors are known to
 * tile the file exactly; everything later may trust it. {@link io.arrowquant.safetensors.SafetensorsLayout} goes the
 * other way, from tensors to header bytes, and {@link io.arrowquant.safetensors.SafetensorsWriter} writes whole files
 * that equal those of the reference writer byte for byte. JSON is read through
 * {@link io.arrowquant.safetensors.StrictJson}, which adds to Jackson what hostile files call for: strict UTF-8, limits,
 * and byte offsets in every error.
 */
package io.arrowquant.safetensors;
