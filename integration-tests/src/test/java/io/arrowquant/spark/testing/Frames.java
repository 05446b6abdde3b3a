package io.arrowquant.spark.testing;

import com.holdenkarau.spark.testing.JavaDatasetSuiteBase;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/** spark-testing-base's frame comparisons on a session of our own. */
public final class Frames extends JavaDatasetSuiteBase {
    private static final long serialVersionUID = 1L;

    private final transient SparkSession session;

    public Frames(SparkSession session) {
        this.session = session;
    }

    @Override
    public SparkSession spark() {
        return session;
    }

    @Override
    public SparkContext sc() {
        return session.sparkContext();
    }
}
