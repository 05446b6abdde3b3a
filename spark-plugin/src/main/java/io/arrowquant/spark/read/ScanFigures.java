package io.arrowquant.spark.read;

/**
 * Exact figures of a scan.
 *
 * @param dataBytes bytes of the data column over all rows
 * @param floatBytes bytes of the weights column over all rows
 * @param nullWeights rows whose weights are null
 */
record ScanFigures(
        long rows, long tensors, long dataBytes, long floatBytes, long nullWeights, long nameBytes, long shapeBytes) {}
