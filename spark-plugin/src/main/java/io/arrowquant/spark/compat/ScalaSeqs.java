package io.arrowquant.spark.compat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Java lists to Scala sequences and back. */
public final class ScalaSeqs {
    private ScalaSeqs() {}

    @SafeVarargs
    public static <T> Seq<T> of(T... items) {
        return from(Arrays.asList(items));
    }

    public static <T> Seq<T> from(List<T> items) {
        return CollectionConverters.asScala(items).toSeq();
    }

    public static <T> List<T> toJava(scala.collection.Seq<T> items) {
        return new ArrayList<>(CollectionConverters.asJava(items));
    }
}
