package io.arrowquant.spark.compat;

import java.io.Serializable;
import java.util.ArrayList;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction2;

/** What a task does: calls a function for each work of its partition, and packs what it returns. */
final class PartitionWork<W, R> extends AbstractFunction2<TaskContext, Iterator<byte[]>, byte[]>
        implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Function<W, R> function;

    PartitionWork(Function<W, R> function) {
        this.function = function;
    }

    @Override
    public byte[] apply(TaskContext task, Iterator<byte[]> works) {
        ArrayList<R> results = new ArrayList<>();
        while (works.hasNext()) {
            results.add(call(works.next()));
        }
        return ClusterWork.pack(results);
    }

    /** The bytes are those of a work that the function is for. */
    @SuppressWarnings("unchecked")
    private R call(byte[] work) {
        try {
            return function.call((W) ClusterWork.unpack(work));
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
