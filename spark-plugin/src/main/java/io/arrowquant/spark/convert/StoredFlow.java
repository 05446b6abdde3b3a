package io.arrowquant.spark.convert;

import io.arrowquant.kernel.Tile;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.tensor.TensorInfo;
import java.io.IOException;

/** A tensor that stays as it is, or becomes what its codes stand for, where another output or its codes need it decoded. */
final class StoredFlow implements TensorFlow {
    private final OutputFile file;
    private final TensorInfo tensor;
    private final ElementSource source;
    private final PartWriter writer;
    private final Tile tile = new Tile();
    private long done;

    StoredFlow(OutputFile file, TensorInfo tensor, ElementSource source) {
        this.file = file;
        this.tensor = tensor;
        this.source = source;
        this.writer = file.writer(tensor.name());
    }

    @Override
    public void takeUpTo(long end) throws IOException {
        int width = tensor.dtype().bytes();
        while (done < end) {
            int count = (int) Math.min(Tile.ELEMENTS, end - done);
            source.read(done, count, tile);
            writer.write(tile.bytes(), tile.byteOffset(), count * width);
            done += count;
        }
    }

    @Override
    public void finish() {
        file.kept(tensor, writer);
    }
}
