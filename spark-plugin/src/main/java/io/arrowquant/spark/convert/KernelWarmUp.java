package io.arrowquant.spark.convert;

import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.WarmUp;
import io.arrowquant.tensor.DataType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has kernels compiled in the background, once in a JVM: on the driver, where it is the executor too, while Spark starts;
 * on executors when the first task comes.
 */
public final class KernelWarmUp {
    /** Below so much to quantize, it takes longer than what it saves. */
    public static final long WORTH_IT_BYTES = 64L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(KernelWarmUp.class);

    /** Ten times what it takes on a machine that has nothing else to do. */
    private static final long LIMIT_MILLIS = 20_000;

    private static final long CPU_LIMIT_MILLIS = 2_000;

    private static final Map<String, CountDownLatch> STARTED = new ConcurrentHashMap<>();

    private KernelWarmUp() {}

    /** Starts the warm-up for a scheme, unless it has been started before. */
    public static void start(Scheme scheme, DataType dtype, boolean quality) {
        STARTED.computeIfAbsent(key(scheme, dtype, quality), unused -> {
            CountDownLatch done = new CountDownLatch(1);
            Thread thread = new Thread(() -> run(scheme, dtype, quality, done), "arrowquant-warm-up");
            thread.setDaemon(true);
            thread.start();
            return done;
        });
    }

    /** Starts the warm-up if need be, and waits for it: what it compiles would otherwise run slowly in every task. */
    static void await(Scheme scheme, DataType dtype, boolean quality) {
        start(scheme, dtype, quality);
        CountDownLatch done = STARTED.get(key(scheme, dtype, quality));
        try {
            done.await(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException cancelled) {
            // The task looks at this itself before it goes on.
            Thread.currentThread().interrupt();
        }
    }

    static boolean isStarted(Scheme scheme, DataType dtype, boolean quality) {
        return STARTED.containsKey(key(scheme, dtype, quality));
    }

    private static String key(Scheme scheme, DataType dtype, boolean quality) {
        return scheme.spelling() + " " + dtype + " " + quality;
    }

    private static void run(Scheme scheme, DataType dtype, boolean quality, CountDownLatch done) {
        try {
            WarmUp.Outcome outcome = WarmUp.run(scheme, dtype, quality, LIMIT_MILLIS, CPU_LIMIT_MILLIS);
            LOG.debug("Warm-up of {} from {}: {}", scheme.spelling(), dtype, outcome);
        } catch (RuntimeException | LinkageError failed) {
            // A job can do without; if it cannot run the scheme either, it says so.
            LOG.warn("Warm-up of {} failed", scheme.spelling(), failed);
        } finally {
            done.countDown();
        }
    }
}
