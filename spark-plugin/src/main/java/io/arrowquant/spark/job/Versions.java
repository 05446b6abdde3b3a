package io.arrowquant.spark.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What takes part in a job, for its report. */
final class Versions {
    /** Maven puts it into every jar. */
    private static final String OF_THE_JAR = "/META-INF/maven/io.arrowquant/arrowquant-spark_2.13/pom.properties";

    private Versions() {}

    /** The version of this jar, or "development" when the classes do not come from one. */
    static String arrowQuant() {
        try (InputStream file = Versions.class.getResourceAsStream(OF_THE_JAR)) {
            if (file == null) {
                return "development";
            }
            Properties properties = new Properties();
            properties.load(file);
            return properties.getProperty("version", "development");
        } catch (IOException damagedJar) {
            throw new UncheckedIOException(damagedJar);
        }
    }

    static String spark() {
        return org.apache.spark.package$.MODULE$.SPARK_VERSION();
    }

    static String java() {
        return System.getProperty("java.version");
    }
}
