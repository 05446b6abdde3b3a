package io.arrowquant.spark.compat;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an application would count as parallelism, told from its configuration. */
class ParallelismTest {
    private static SparkConf master(String master) {
        return new SparkConf(false).set("spark.master", master);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"local; 1", "local[3]; 3", "local[2, 4]; 2", "local[12,1]; 12"})
    void thisMachineRunsAsManyTasksAsItsMasterSays(String master, int tasks) {
        assertThat(Parallelism.of(master(master))).isEqualTo(new Parallelism(tasks, true));
    }

    @Test
    void withoutANumberAllCoresCount() {
        Parallelism all = new Parallelism(Runtime.getRuntime().availableProcessors(), true);
        assertThat(Parallelism.of(master("local[*]"))).isEqualTo(all);
        assertThat(Parallelism.of(new SparkConf(false))).isEqualTo(all);
    }

    @Test
    void whatIsSetCountsEverywhere() {
        for (String master : new String[] {"local[3]", "yarn", "local-cluster[2,1,1024]"}) {
            SparkConf configuration = master(master).set(Parallelism.SETTING, "40");
            assertThat(Parallelism.of(configuration)).as(master).isEqualTo(new Parallelism(40, true));
        }
    }

    @Test
    void aClusterIsExpectedToHaveItsExecutors() {
        assertThat(Parallelism.of(master("yarn"))).isEqualTo(new Parallelism(2, false));
        assertThat(Parallelism.of(master("spark://host:7077").set("spark.executor.cores", "4")))
                .isEqualTo(new Parallelism(8, false));
        SparkConf large =
                master("k8s://host").set("spark.executor.instances", "10").set("spark.executor.cores", "8");
        assertThat(Parallelism.of(large)).isEqualTo(new Parallelism(80, false));
    }
}
