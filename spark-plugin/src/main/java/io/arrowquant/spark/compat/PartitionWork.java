package io.arrowquant.spark.compat;

import java.io.Serializable;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction2;

/** What a task does: calls a function for its partition, and packs what it returns. */
final class PartitionWork<T, R> extends AbstractFunction2<TaskContext, Iterator<T>, byte[]> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Function<java.util.Iterator<T>, R> function;

    PartitionWork(Function<java.util.Iterator<T>, R> function) {
        this.function = function;
    }

    @Override
    public byte[] apply(TaskContext task, Iterator<T> partition) {
        try {
            return ClusterWork.pack(function.call(CollectionConverters.asJava(partition)));
        } catch (Exception failed) {
            throw sneaky(failed);
        }
    }

    /** Functions of Spark throw what they like, those of Scala declare nothing. */
    @SuppressWarnings("unchecked")
    private static <E extends Exception> RuntimeException sneaky(Exception failed) throws E {
        throw (E) failed;
    }
}
