package io.arrowquant.spark.convert;

import java.io.IOException;

/** A tensor on its way into one file. */
interface TensorFlow {
    /** Takes elements up to an index, or a little beyond it where codes belong together. */
    void takeUpTo(long end) throws IOException;

    /** Says that all elements were taken. */
    void finish();
}
