/**
 * Which tensor gets which scheme. A {@link io.arrowquant.recipe.Recipe} is what a user asks for: a scheme, patterns to
 * skip, schemes for single layers. A {@link io.arrowquant.recipe.Plan} is a recipe applied to a checkpoint's headers:
 * every tensor with its scheme, or the reason why it stays as it is, and the exact size of what comes out. Plans are
 * made on the driver before a single weight is read; the dry run prints one.
 *
 * <p>Rules are tried in this order, the first that speaks decides: what cannot be quantized at all (types without float
 * values, empty tensors), the user's skip patterns, the user's schemes for single layers, the built-in keeps of
 * {@link io.arrowquant.recipe.BuiltInKeeps} unless they are switched off, the recipe's scheme.
 */
package io.arrowquant.recipe;
