package io.arrowquant.spark.compat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * How many tasks Spark takes to run at once, unless asked otherwise: its default parallelism.
 *
 * <p>Only an application knows it for certain. Before there is one it follows from the same configuration wherever
 * {@code spark.default.parallelism} is set or the master is this machine, since Spark takes nothing else into account there.
 * On a cluster it is the number of cores that executors have registered with when the application asks, so the cores that
 * are configured are no more than what to expect.
 *
 * @param certain false where a cluster decides when an application begins
 */
public record Parallelism(int tasks, boolean certain) {
    /** Where Spark reads it, and where users set it for good. */
    public static final String SETTING = "spark.default.parallelism";

    private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d+|\\*)\\s*(?:,\\s*\\d+\\s*)?])?");

    /** What Spark counts a cluster as whose executors it does not know yet. */
    private static final int LEAST_OF_CLUSTER = 2;

    static Parallelism of(SparkContext context) {
        return new Parallelism(context.defaultParallelism(), true);
    }

    /** That of an application which is begun with a configuration, on all cores of this machine when it names no master. */
    static Parallelism of(SparkConf configuration) {
        Matcher local = LOCAL.matcher(configuration.get("spark.master", Sessions.DEFAULT_MASTER));
        boolean onThisMachine = local.matches();
        int cores = onThisMachine ? threads(local.group(1)) : coresOfExecutors(configuration);
        int tasks = configuration.getInt(SETTING, cores);
        return new Parallelism(tasks, onThisMachine || configuration.contains(SETTING));
    }

    private static int threads(String number) {
        if (number == null) {
            return 1;
        }
        return number.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(number);
    }

    private static int coresOfExecutors(SparkConf configuration) {
        int executors = configuration.getInt("spark.executor.instances", LEAST_OF_CLUSTER);
        int each = configuration.getInt("spark.executor.cores", 1);
        return Math.max(LEAST_OF_CLUSTER, executors * each);
    }
}
