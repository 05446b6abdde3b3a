package io.arrowquant.quality;

/**
 * How far quantized values are from the original ones. For an empty tensor everything is as for a perfect copy.
 *
 * @param count elements compared
 * @param cosine of the angle between both as vectors; 1 when both are zero, 0 when one is
 * @param mse mean squared error
 * @param maxAbsError largest absolute difference
 * @param snrDb signal to noise ratio in decibels; infinite when nothing differs
 */
public record ErrorSummary(long count, double cosine, double mse, double maxAbsError, double snrDb) {}
