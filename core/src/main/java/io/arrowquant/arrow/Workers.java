package io.arrowquant.arrow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A small pool of threads that all calls share; the calling thread works, too. */
public final class Workers {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ExecutorService POOL = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "arrowquant-worker-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    private Workers() {}

    /** What one thread does: takes tasks by number until there are none. */
    public interface Worker {
        void run(int task);
    }

    /** Makes what a thread keeps between its tasks. */
    public interface WorkerFactory {
        Worker make();
    }

    /**
     * Has all tasks done by at most {@code threads} threads, and returns when all threads are done. When one throws,
     * the others begin no more tasks, and the first error is thrown.
     */
    public static void run(int threads, int tasks, WorkerFactory factory) {
        AtomicInteger next = new AtomicInteger();
        Runnable work = () -> {
            Worker worker = factory.make();
            try {
                for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
                    worker.run(task);
                }
            } catch (RuntimeException | Error stop) {
                next.set(Integer.MAX_VALUE / 2);
                throw stop;
            }
        };
        List<Future<?>> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, tasks); i++) {
            helpers.add(POOL.submit(work));
        }
        Throwable first = null;
        try {
            work.run();
        } catch (RuntimeException | Error failed) {
            first = failed;
        }
        for (Future<?> helper : helpers) {
            first = await(helper, first);
        }
        if (first instanceof RuntimeException exception) {
            throw exception;
        }
        if (first instanceof Error error) {
            throw error;
        }
    }

    /** Waits whatever happens: the memory that the others write to must not go away under them. */
    private static Throwable await(Future<?> helper, Throwable first) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    helper.get();
                    return first;
                } catch (InterruptedException later) {
                    interrupted = true;
                } catch (ExecutionException failed) {
                    return first == null ? failed.getCause() : first;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
