package io.arrowquant.spark.job;

/** What a process tells the shell. */
final class ExitCode {
    static final int DONE = 0;

    /** The job failed: bad files, bad numbers, no space, a cancelled run, or a bug of ours. */
    static final int FAILED = 1;

    /** The request cannot be carried out as it stands, and nothing was begun. */
    static final int BAD_REQUEST = 2;

    private ExitCode() {}
}
