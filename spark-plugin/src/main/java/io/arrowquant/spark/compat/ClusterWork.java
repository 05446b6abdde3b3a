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
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Has tasks do work, and brings back what they return.
 *
 * <p>Functions always travel with Java's serialization, but data with that of {@code spark.serializer}. Kryo, which many
 * clusters set there, can make neither records nor immutable lists, and may be told to refuse classes it does not know. So
 * works and results travel as bytes, which are the same to every serializer.
 */
public final class ClusterWork {
    private ClusterWork() {}

    /** What a function makes of each work, in their order, in so many tasks. */
    public static <W, R> List<R> run(SparkContext context, List<W> works, int tasks, Function<W, R> function) {
        List<byte[]> packed = new ArrayList<>();
        for (W work : works) {
            packed.add(pack(work));
        }
        return unpackAll(JavaSparkContext.fromSparkContext(context)
                .parallelize(packed, tasks)
                .map(work -> call(function, work))
                .collect());
    }

    /** What a function makes of the partitions of a data set, in their order. */
    public static <T, R> List<R> ofPartitions(JavaRDD<T> data, Function<Iterator<T>, R> function) {
        return unpackAll(
                data.mapPartitions(rows -> List.of(pack(function.call(rows))).iterator())
                        .collect());
    }

    /** The bytes are those of a work that the function is for. */
    @SuppressWarnings("unchecked")
    private static <W, R> byte[] call(Function<W, R> function, byte[] work) throws Exception {
        return pack(function.call((W) unpack(work)));
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

    private static byte[] pack(Object value) {
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
