package io.arrowquant.spark.compat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.rdd.ParallelCollectionRDD;
import org.apache.spark.rdd.RDD;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Has tasks do work, and brings back what they return.
 *
 * <p>Functions always travel with Java's serialization, but data with that of {@code spark.serializer}. Kryo, which many
 * clusters set there, can make neither records nor immutable lists, and may be told to refuse classes it does not know. So
 * works and results travel as bytes, which are the same to every serializer.
 */
public final class ClusterWork {
    private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);

    private ClusterWork() {}

    /** What a function makes of each work, in their order, in so many tasks. */
    public static <W, R> List<R> run(SparkContext context, List<W> works, int tasks, Function<W, R> function) {
        List<byte[]> packed = new ArrayList<>();
        for (W work : works) {
            packed.add(pack(work));
        }
        RDD<byte[]> data = new ParallelCollectionRDD<>(
                context, ScalaSeqs.from(packed), tasks, Map$.MODULE$.<Object, Seq<String>>empty(), BYTES);
        List<R> all = new ArrayList<>();
        for (List<R> ofTask : ofPartitions(data, ofTask -> callAll(function, ofTask))) {
            all.addAll(ofTask);
        }
        return all;
    }

    /** The bytes are those of works that the function is for. */
    @SuppressWarnings("unchecked")
    private static <W, R> List<R> callAll(Function<W, R> function, Iterator<byte[]> works) throws Exception {
        List<R> results = new ArrayList<>();
        while (works.hasNext()) {
            results.add(function.call((W) unpack(works.next())));
        }
        return results;
    }

    /**
     * What a function makes of the partitions of a data set, in their order. Like the making of the data set above, it goes
     * past the methods of RDDs: what these load to describe every operation on Spark's page takes a quarter of a second,
     * once in a JVM, while kernels wait to be compiled.
     */
    @SuppressWarnings("unchecked")
    public static <T, R> List<R> ofPartitions(RDD<T> data, Function<Iterator<T>, R> function) {
        byte[][] packed = (byte[][]) data.context().runJob(data, new PartitionWork<>(function), BYTES);
        List<R> results = new ArrayList<>();
        for (byte[] result : packed) {
            // What the tasks have packed is what the function returned.
            results.add((R) unpack(result));
        }
        return results;
    }

    static byte[] pack(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot serialize " + value.getClass().getName(), e);
        }
        return bytes.toByteArray();
    }

    private static Object unpack(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("Cannot read what another process of the application has sent", e);
        }
    }
}
