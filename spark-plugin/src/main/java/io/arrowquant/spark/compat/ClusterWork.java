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
import org.apache.spark.api.java.JavaRDD;
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

    /**
     * What a function makes of each work, in their order, in so many tasks. Goes past the methods of RDDs that make and
     * collect them: what these load to describe every operation on Spark's page takes a quarter of a second, once in a JVM,
     * while kernels wait to be compiled.
     */
    public static <W, R> List<R> run(SparkContext context, List<W> works, int tasks, Function<W, R> function) {
        List<byte[]> packed = new ArrayList<>();
        for (W work : works) {
            packed.add(pack(work));
        }
        RDD<byte[]> data = new ParallelCollectionRDD<>(
                context, ScalaSeqs.from(packed), tasks, Map$.MODULE$.<Object, Seq<String>>empty(), BYTES);
        byte[][] results = (byte[][]) context.runJob(data, new PartitionWork<>(function), BYTES);
        List<R> all = new ArrayList<>();
        for (byte[] ofPartition : results) {
            all.addAll(unpackList(ofPartition));
        }
        return all;
    }

    /** What a function makes of the partitions of a data set, in their order. */
    public static <T, R> List<R> ofPartitions(JavaRDD<T> data, Function<Iterator<T>, R> function) {
        return unpackAll(
                data.mapPartitions(rows -> List.of(pack(function.call(rows))).iterator())
                        .collect());
    }

    /** The caller knows what the tasks have packed. */
    @SuppressWarnings("unchecked")
    private static <R> List<R> unpackAll(List<byte[]> packed) {
        List<R> results = new ArrayList<>();
        for (byte[] result : packed) {
            results.add((R) unpack(result));
        }
        return results;
    }

    /** The caller knows what the tasks have packed. */
    @SuppressWarnings("unchecked")
    private static <R> List<R> unpackList(byte[] packed) {
        return (List<R>) unpack(packed);
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

    static Object unpack(byte[] bytes) {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("Cannot read what another process of the application has sent", e);
        }
    }
}
