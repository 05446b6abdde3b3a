package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.quality.ErrorSummary;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;

/** The way back: from results to weights, or to how far they are from the original ones. */
public final class BatchDequantizer {
    private BatchDequantizer() {}

    /** Decodes all rows of results into a table of layer_name, weights and shape. */
    static VectorSchemaRoot decode(BufferAllocator allocator, List<ForeignArray> results, int threads) {
        List<StoredLayer> layers = layers(results);
        long[] ends = new long[layers.size() + 1];
        for (int i = 0; i < layers.size(); i++) {
            ends[i + 1] = Math.addExact(ends[i], layers.get(i).shape.elements());
        }
        long elements = ends[layers.size()];
        VectorSchemaRoot root = VectorSchemaRoot.create(ResultSchema.ofWeights(), allocator);
        try (ArrowBuf values = allocator.buffer(elements * Float.BYTES);
                ArrowBuf offsets = allocator.buffer(ends.length * (long) Long.BYTES)) {
            Workers.run(threads, layers.size(), () -> row -> {
                long target = values.memoryAddress() + ends[row] * Float.BYTES;
                layers.get(row).decode((floats, count, start) -> put(floats, count, target + start * Float.BYTES));
            });
            for (int i = 0; i < ends.length; i++) {
                offsets.setLong((long) i * Long.BYTES, ends[i]);
            }
            LargeListVector weights = (LargeListVector) root.getVector(ResultSchema.WEIGHTS);
            BaseFixedWidthVector floats = (BaseFixedWidthVector) weights.getDataVector();
            floats.loadFieldBuffers(new ArrowFieldNode(elements, 0), List.of(allocator.getEmpty(), values));
            weights.loadFieldBuffers(new ArrowFieldNode(layers.size(), 0), List.of(allocator.getEmpty(), offsets));
            fillNames(root, layers);
            root.setRowCount(layers.size());
            return root;
        } catch (RuntimeException | Error failed) {
            root.close();
            throw failed;
        }
    }

    private static List<StoredLayer> layers(List<ForeignArray> results) {
        List<StoredLayer> layers = new ArrayList<>();
        for (ForeignArray result : results) {
            ResultRows rows = new ResultRows(result);
            for (long row = 0; row < rows.rows(); row++) {
                layers.add(rows.layer(row));
            }
        }
        return layers;
    }

    private static void put(float[] values, int count, long address) {
        if (count > 0) {
            MemoryUtil.directBuffer(address, Math.multiplyExact(count, Float.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(values, 0, count);
        }
    }

    private static void fillNames(VectorSchemaRoot root, List<StoredLayer> layers) {
        VarCharVector names = (VarCharVector) root.getVector(ResultSchema.LAYER_NAME);
        ListVector shapes = (ListVector) root.getVector(ResultSchema.SHAPE);
        names.allocateNew();
        shapes.allocateNew();
        BigIntVector dimensions = (BigIntVector) shapes.getDataVector();
        for (int row = 0; row < layers.size(); row++) {
            StoredLayer layer = layers.get(row);
            names.setSafe(row, layer.name.getBytes(StandardCharsets.UTF_8));
            int begin = shapes.startNewValue(row);
            for (int i = 0; i < layer.shape.rank(); i++) {
                dimensions.setSafe(begin + i, layer.shape.dimension(i));
            }
            shapes.endValue(row, layer.shape.rank());
        }
    }

    /** How far the layers of results are from the original ones with the same names. */
    static Map<String, ErrorSummary> compare(LayerRows originals, List<ForeignArray> results, int threads) {
        Map<String, Layer> byName = new LinkedHashMap<>();
        for (Layer layer : originals.layers()) {
            if (byName.put(layer.name(), layer) != null) {
                throw new InvalidRequestException("Layer '" + layer.name() + "' occurs twice", "Compare them apart");
            }
        }
        List<StoredLayer> layers = layers(results);
        ErrorSummary[] errors = new ErrorSummary[layers.size()];
        Workers.run(threads, errors.length, () -> row -> {
            StoredLayer stored = layers.get(row);
            Layer original = byName.get(stored.name);
            if (original == null) {
                throw new InvalidRequestException("Layer '" + stored.name + "' is not among the original ones");
            }
            errors[row] = compare(original, stored);
        });
        Map<String, ErrorSummary> found = new LinkedHashMap<>();
        for (int i = 0; i < errors.length; i++) {
            found.put(layers.get(i).name, errors[i]);
        }
        return found;
    }

    private static ErrorSummary compare(Layer original, StoredLayer stored) {
        if (original.elements() != stored.shape.elements()) {
            throw LayerErrors.of(
                    original.name(),
                    "the original has " + original.elements() + " elements, the result " + stored.shape.elements(),
                    "");
        }
        ErrorStatistics errors = new ErrorStatistics();
        NativeElements source = new NativeElements().of(original);
        Tile tile = new Tile();
        stored.decode((values, count, start) -> {
            for (int done = 0; done < count; done += Tile.ELEMENTS) {
                int piece = Math.min(Tile.ELEMENTS, count - done);
                source.read(start + done, piece, tile);
                errors.add(tile.floats(), tile.floatOffset(), values, done, piece, start + done);
            }
        });
        return errors.summary();
    }
}
