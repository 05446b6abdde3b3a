package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.arrowquant.spark.compat.Executors;
import io.arrowquant.spark.compat.Parallelism;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.LocalSparkCluster;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An executor that is a process of its own, and comes some time after its application has begun. */
class StandaloneClusterTest extends JobTestBase {
    private static final Path MODEL = Path.of("src/test/resources/tiny-llama/model");
    private static final int CORES = 3;

    /** With these, Spark starts executors on the class path of this process instead of that of a distribution. */
    private static final String TESTING = "spark.testing";

    private static final String HOME = "spark.test.home";

    @TempDir
    private static Path home;

    private static LocalSparkCluster cluster;

    @BeforeAll
    static void startCluster() {
        spark.stop();
        System.setProperty(TESTING, "true");
        System.setProperty(HOME, home.toString());
        cluster = new LocalSparkCluster(1, CORES, 512, new SparkConf());
        spark = SparkSession.builder()
                .master(cluster.start()[0])
                .config("spark.executor.memory", "512m")
                // A busy machine may take its time to start another JVM.
                .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "180s")
                .config("spark.executorEnv.SPARK_TESTING", "1")
                .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13")
                .config("spark.serializer", KryoSerializer.class.getName())
                .getOrCreate();
    }

    @AfterAll
    static void stopCluster() {
        spark.stop();
        cluster.stop();
        System.clearProperty(TESTING);
        System.clearProperty(HOME);
    }

    @Test
    void jobsWaitForTheExecutorAndRunThere() throws IOException {
        Executors.await(spark.sparkContext());
        assertThat(Parallelism.of(spark.sparkContext())).isEqualTo(new Parallelism(CORES, false));

        Path output = directory.resolve("out");
        succeed("quantize", "--input", MODEL, "--output", output, "--scheme", "NVFP4A16");

        for (String line : Files.readAllLines(output.resolve("arrowquant-metrics.jsonl"))) {
            assertThat(JSON.readTree(line).get("executor").asText()).isNotEqualTo("driver");
        }
        succeed("verify", output);
        JsonNode compared = succeed("compare", MODEL, output, "--json").json();
        assertThat(compared.get("layers")).hasSize(report(output).get("tensors").size());
    }
}
