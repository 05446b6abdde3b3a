package io.arrowquant.spark.job;

import org.apache.spark.SparkException;

/** Recognizes that a job ended because somebody wanted it to. */
final class Cancellation {
    static final String MESSAGE = "The job was cancelled; nothing was published and nothing is left behind";

    /** The same of a job that others can resume. */
    static final String RESUMABLE =
            "The job was cancelled; nothing was published, and what is finished stays for the next run with --resume";

    private Cancellation() {}

    static boolean isBehind(Throwable failure) {
        if (Failures.find(failure, InterruptedException.class) != null
                || Failures.find(failure, CancelledException.class) != null) {
            return true;
        }
        SparkException ofSpark = Failures.find(failure, SparkException.class);
        String message = ofSpark == null || ofSpark.getMessage() == null ? "" : ofSpark.getMessage();
        // The only sign there is, the same in all versions.
        return message.contains("cancelled") || message.contains("SparkContext was shut down");
    }
}
