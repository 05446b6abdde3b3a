package io.arrowquant.spark.compat;

import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** The session a driver-side call runs in, and what is asked of it. */
public final class Sessions {
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

    /** A setting of the session, or the default. */
    public static String setting(String key, String otherwise) {
        return active().conf().get(key, otherwise);
    }
}
