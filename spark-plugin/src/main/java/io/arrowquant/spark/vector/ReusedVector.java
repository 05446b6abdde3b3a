package io.arrowquant.spark.vector;

import org.apache.arrow.vector.ValueVector;
import org.apache.spark.sql.vectorized.ArrowColumnVector;

/**
 * An Arrow column whose buffers the reader fills again for every batch. Operators close batches when they are done with
 * them, so closing does nothing here: the reader owns the vector and closes it at the end of the task. As with Spark's
 * own vectorized readers, a batch is valid until the next one is asked for.
 */
public class ReusedVector extends ArrowColumnVector {
    public ReusedVector(ValueVector vector) {
        super(vector);
    }

    @Override
    public void close() {
        // Owned by the reader.
    }

    @Override
    public void closeIfFreeable() {
        // Owned by the reader.
    }
}
