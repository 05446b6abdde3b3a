package io.arrowquant.spark.job;

import java.io.Closeable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Shows while a job runs how far it is: one line that is written over on a terminal, a line every few seconds elsewhere,
 * where nobody wants to find carriage returns in a log.
 */
final class Progress implements Closeable {
    private static final long TERMINAL_MILLIS = 250;
    private static final long LOG_MILLIS = 5000;

    /** What has been done. */
    record State(long tensors, long bytes) {}

    /** Looks at what has been done. */
    interface Source {
        State now();
    }

    private final Streams streams;
    private final ProgressLine line;
    private final Source source;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Progress::daemon);
    private ScheduledFuture<?> ticking;
    private long start;
    private int lastLength;

    Progress(Streams streams, ProgressLine line, Source source) {
        this.streams = streams;
        this.line = line;
        this.source = source;
    }

    void start() {
        start = System.nanoTime();
        long period = streams.terminal() ? TERMINAL_MILLIS : LOG_MILLIS;
        ticking = timer.scheduleAtFixedRate(this::show, period, period, TimeUnit.MILLISECONDS);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "arrowquant-progress");
        thread.setDaemon(true);
        return thread;
    }

    private synchronized void show() {
        State state = source.now();
        String text = line.at(state.tensors(), state.bytes(), (System.nanoTime() - start) / 1e9);
        if (streams.terminal()) {
            // Blanks wipe what a longer line left.
            streams.err().print("\r" + text + " ".repeat(Math.max(0, lastLength - text.length())));
            streams.err().flush();
            lastLength = text.length();
        } else {
            streams.note(text);
        }
    }

    /** Stops; what was reached last stays to be seen. */
    @Override
    public void close() {
        ticking.cancel(false);
        timer.shutdownNow();
        show();
        if (streams.terminal()) {
            streams.note("");
        }
    }
}
