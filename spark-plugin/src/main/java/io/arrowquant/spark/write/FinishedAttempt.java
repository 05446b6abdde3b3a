package io.arrowquant.spark.write;

/**
 * A task attempt of an earlier job to the same output that finished its files, now in the area of this job.
 *
 * @param directory its directory there
 * @param record what the attempt said of its files
 */
public record FinishedAttempt(String directory, byte[] record) {}
