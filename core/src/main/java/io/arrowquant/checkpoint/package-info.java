/**
 * A model directory read as one thing. {@link io.arrowquant.checkpoint.Checkpoint#open} finds the shards (by the index
 * where there is one, else by name; in the component directories of a diffusers pipeline), reads and checks all their
 * headers, and holds the result: tensors in a fixed order, shards and other files with the sizes and times they had.
 * Nothing leads out of the directory, nothing is unpickled, and whatever is wrong with any file is found here, on the
 * driver, before a weight is read.
 */
package io.arrowquant.checkpoint;
