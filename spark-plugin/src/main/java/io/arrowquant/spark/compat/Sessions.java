package io.arrowquant.spark.compat;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkContext$;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import scala.Option;

/** The session a driver-side call runs in, and what is asked of it. */
public final class Sessions {
    /** All cores of this machine. */
    static final String DEFAULT_MASTER = "local[*]";

    private Sessions() {}

    /** The active session; there is always one while Spark plans or runs a query. */
    public static SparkSession active() {
        return SparkSession.active();
    }

    public static SparkContext context() {
        return active().sparkContext();
    }

    /** The session's Hadoop configuration with a source's options laid over it, as Spark's own sources do. */
    public static Configuration hadoopConfiguration(Map<String, String> options) {
        Configuration configuration = new Configuration(context().hadoopConfiguration());
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (option.getValue() != null
                    && !option.getKey().equals("path")
                    && !option.getKey().equals("paths")) {
                configuration.set(option.getKey(), option.getValue());
            }
        }
        return configuration;
    }

    /**
     * How file systems are configured: by the session there is, or else by what spark-submit was given, without starting
     * an application.
     */
    public static Configuration hadoopConfiguration() {
        Option<SparkContext> context = existingContext();
        return context.isDefined()
                ? new Configuration(context.get().hadoopConfiguration())
                : SparkHadoopUtil.get().newConfiguration(new SparkConf());
    }

    /** True when tasks run in this process, now or once there is an application. */
    public static boolean tasksRunHere() {
        Option<SparkContext> context = existingContext();
        String master = context.isDefined() ? context.get().master() : new SparkConf().get("spark.master", "local");
        return master.equals("local") || master.startsWith("local[");
    }

    /** How many tasks run at once in the application there is, or in the one that {@link #contextOrCreate} would begin. */
    public static Parallelism parallelism() {
        Option<SparkContext> context = existingContext();
        return context.isDefined() ? Parallelism.of(context.get()) : Parallelism.of(new SparkConf());
    }

    /** True when this process has a session that works. */
    public static boolean exists() {
        return existing().isDefined();
    }

    /** The session there is, or a new one in the application of {@link #contextOrCreate}. */
    public static SparkSession getOrCreate(String applicationName) {
        Option<SparkSession> session = existing();
        if (session.isDefined()) {
            return session.get();
        }
        contextOrCreate(applicationName);
        return SparkSession.builder().getOrCreate();
    }

    /**
     * The application there is, or a new one: on all cores of this machine unless spark-submit names a master. A session
     * on top of it takes a second to make, which what runs no SQL should not spend.
     */
    public static SparkContext contextOrCreate(String applicationName) {
        Option<SparkContext> context = existingContext();
        if (context.isDefined()) {
            return context.get();
        }
        SparkConf configuration = new SparkConf();
        configuration.setIfMissing("spark.master", DEFAULT_MASTER);
        configuration.setIfMissing("spark.app.name", applicationName);
        return SparkContext.getOrCreate(configuration);
    }

    /** Ends the application, if there is one. */
    public static void stop() {
        Option<SparkContext> context = existingContext();
        if (context.isDefined()) {
            context.get().stop();
        }
    }

    private static Option<SparkContext> existingContext() {
        Option<SparkContext> context = SparkContext$.MODULE$.getActive();
        return context.isDefined() && !context.get().isStopped() ? context : Option.empty();
    }

    private static Option<SparkSession> existing() {
        if (existingContext().isEmpty()) {
            // Asking for a session loads all of Spark SQL.
            return Option.empty();
        }
        Option<SparkSession> active = SparkSession.getActiveSession();
        Option<SparkSession> session = active.isDefined() ? active : SparkSession.getDefaultSession();
        boolean works = session.isDefined() && !session.get().sparkContext().isStopped();
        return works ? session : Option.empty();
    }

    /** A setting of the session, or the default. */
    public static String setting(String key, String otherwise) {
        return active().conf().get(key, otherwise);
    }
}
