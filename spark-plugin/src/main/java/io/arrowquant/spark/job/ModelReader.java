package io.arrowquant.spark.job;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.spark.convert.TensorElements;
import io.arrowquant.spark.read.FileElements;
import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Reads any range of a model's tensors in a task, decoded where they are quantized, so that comparing needs no shuffle. */
final class ModelReader implements Closeable {
    private final ComparedModel model;
    private final TensorElements elements;
    private final Tile tile = new Tile();
    private TensorKey current;
    private ElementSource source;

    ModelReader(ComparedModel model, Configuration configuration, FileElements.ReadObserver observer) {
        this.model = model;
        this.elements = new TensorElements(model.sources(), configuration, observer);
    }

    boolean has(TensorKey key) {
        return model.tensors().containsKey(key);
    }

    /** The values of a range; valid until the next call. */
    Tile read(TensorKey key, long start, int count) throws IOException {
        if (!key.equals(current)) {
            source = elements.of(model.tensors().get(key));
            current = key;
        }
        source.read(start, count, tile);
        return tile;
    }

    @Override
    public void close() throws IOException {
        elements.close();
    }
}
