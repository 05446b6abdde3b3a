package io.arrowquant.spark.compat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * How many tasks run at once: what work is shared out by.
 *
 * <p>Where {@code spark.default.parallelism} is set or the master is this machine, Spark takes nothing else into account,
 * and before there is an application the same follows from its configuration. On a cluster Spark counts the cores of the
 * executors that have registered, which in an application that has just begun may be none. So the executors it was
 * configured to have count, too, even before they come.
 *
 * @param certain false where a cluster decides
 */
public record Parallelism(int tasks, boolean certain) {
    /** Where Spark reads it, and where users set it for good. */
    public static final String SETTING = "spark.default.parallelism";

    private static final Pattern LOCAL = Pattern.compile("local(?:\\[\\s*(\\d+|\\*)\\s*(?:,\\s*\\d+\\s*)?])?");
    private static final Pattern LOCAL_CLUSTER =
            Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*\\d+\\s*]");

    /** What Spark counts a cluster as whose executors it does not know yet. */
    private static final int LEAST_OF_CLUSTER = 2;

    /** How many executors Spark asks YARN and Kubernetes for, unless told otherwise. */
    private static final int USUAL_EXECUTORS = 2;

    /** That of an application. */
    public static Parallelism of(SparkContext context) {
        Parallelism configured = of(context.getConf());
        int tasks = context.defaultParallelism();
        return configured.certain()
                ? new Parallelism(tasks, true)
                : new Parallelism(Math.max(tasks, configured.tasks()), false);
    }

    /** That of an application which is begun with a configuration, on all cores of this machine when it names no master. */
    static Parallelism of(SparkConf configuration) {
        String master = configuration.get("spark.master", Sessions.DEFAULT_MASTER);
        if (configuration.contains(SETTING)) {
            return new Parallelism(configuration.getInt(SETTING, 0), true);
        }
        Matcher local = LOCAL.matcher(master);
        return local.matches()
                ? new Parallelism(threads(local.group(1)), true)
                : new Parallelism(Math.max(LEAST_OF_CLUSTER, coresOfExecutors(master, configuration)), false);
    }

    private static int threads(String number) {
        if (number == null) {
            return 1;
        }
        return number.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(number);
    }

    /** The cores that a cluster is asked for at first; 0 when it is asked for all it has. */
    private static int coresOfExecutors(String master, SparkConf configuration) {
        Matcher localCluster = LOCAL_CLUSTER.matcher(master);
        if (localCluster.matches()) {
            return Integer.parseInt(localCluster.group(1)) * Integer.parseInt(localCluster.group(2));
        }
        if (isStandalone(master)) {
            return configuration.getInt("spark.cores.max", 0);
        }
        int executors = configuration.getInt("spark.executor.instances", 0);
        if (isDynamic(configuration)) {
            executors = Math.max(executors, configuration.getInt("spark.dynamicAllocation.minExecutors", 0));
            executors = Math.max(executors, configuration.getInt("spark.dynamicAllocation.initialExecutors", 0));
        } else if (executors == 0) {
            executors = USUAL_EXECUTORS;
        }
        return executors * configuration.getInt("spark.executor.cores", 1);
    }

    /** Whether no configuration tells the size of a cluster, but its executors will within seconds. */
    static boolean showsWhenExecutorsCome(SparkConf configuration) {
        return isStandalone(configuration.get("spark.master", Sessions.DEFAULT_MASTER))
                && !configuration.contains(SETTING)
                && !configuration.contains("spark.cores.max")
                && !isDynamic(configuration);
    }

    private static boolean isStandalone(String master) {
        return master.startsWith("spark://");
    }

    private static boolean isDynamic(SparkConf configuration) {
        return configuration.getBoolean("spark.dynamicAllocation.enabled", false);
    }
}
