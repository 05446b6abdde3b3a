package io.arrowquant.spark.job;

/** Somebody wants the job to go no further, or the process is about to end. */
final class CancelledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CancelledException() {
        this(Cancellation.MESSAGE, null);
    }

    CancelledException(String message, Throwable cause) {
        super(message, cause);
    }
}
