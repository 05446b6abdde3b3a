package io.arrowquant.spark.job;

/** The process is about to end, so the job goes no further. */
final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CancelledException() {
        super(Cancellation.MESSAGE);
    }
}
