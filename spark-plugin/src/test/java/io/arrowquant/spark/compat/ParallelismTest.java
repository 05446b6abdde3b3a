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

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "yarn; ; 2",
                "yarn; spark.executor.cores=4; 8",
                "k8s://host; spark.executor.instances=10 spark.executor.cores=8; 80",
                // Executors that are only started for tasks are not there when the work is shared out.
                "yarn; spark.dynamicAllocation.enabled=true spark.dynamicAllocation.maxExecutors=500; 2",
                "yarn; spark.dynamicAllocation.enabled=true spark.dynamicAllocation.minExecutors=3 spark.executor.cores=4; 12",
                "yarn; spark.dynamicAllocation.enabled=true spark.dynamicAllocation.initialExecutors=5; 5",
                // A standalone cluster takes no number of executors, and gives all it has unless there is a limit.
                "spark://host:7077; spark.executor.instances=10 spark.executor.cores=4; 2",
                "spark://host:7077; spark.cores.max=24; 24",
                "local-cluster[3, 2, 1024]; ; 6",
                "local-cluster[1,1,1024]; ; 2"
            })
    void aClusterIsExpectedToHaveTheExecutorsItIsAskedFor(String master, String settings, int tasks) {
        assertThat(Parallelism.of(configuration(master, settings))).isEqualTo(new Parallelism(tasks, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "spark://host:7077; ; true",
                "spark://host:7077; spark.cores.max=24; false",
                "spark://host:7077; spark.default.parallelism=24; false",
                "spark://host:7077; spark.dynamicAllocation.enabled=true; false",
                "yarn; ; false",
                "local-cluster[3,2,1024]; ; false",
                "local[2]; ; false"
            })
    void onlyStandaloneClustersTellNothingInAdvance(String master, String settings, boolean wait) {
        assertThat(Parallelism.showsWhenExecutorsCome(configuration(master, settings)))
                .isEqualTo(wait);
    }

    private static SparkConf configuration(String master, String settings) {
        SparkConf configuration = master(master);
        if (settings != null) {
            for (String setting : settings.split(" ", -1)) {
                configuration.set(
                        setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
            }
        }
        return configuration;
    }
}
