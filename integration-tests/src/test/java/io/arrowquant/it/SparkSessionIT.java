package io.arrowquant.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.spark.testing.Frames;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The ground that all other tests here stand on. */
class SparkSessionIT {
    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder().master("local[2]").getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void runsTheSparkThatWasAskedFor() {
        assertThat(spark.version()).isEqualTo(System.getProperty("arrowquant.spark.version"));
        assertThat(spark.range(1000).count()).isEqualTo(1000);
    }

    @Test
    void testsThePackagedJar() throws URISyntaxException {
        Path origin = Path.of(ArrowQuantException.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());

        assertThat(origin).hasSameBinaryContentAs(Path.of(System.getProperty("arrowquant.jar")));
    }

    @Test
    void hasTheVectorModule() {
        assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
    }

    @Test
    void comparesFrames() {
        Dataset<Row> left = spark.range(10).toDF("id");
        Dataset<Row> right = spark.range(10).repartition(3).toDF("id");

        new Frames(spark).assertDataFrameNoOrderEquals(left, right);
    }
}
