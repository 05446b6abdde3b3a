package io.arrowquant.arrow;

import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import java.util.ArrayList;
import java.util.List;

/** The rows of a table: layers, and what is wrong with rows that are none. */
public final class LayerRows {
    private static final String NAME = "layer_name";
    private static final String WEIGHTS = "weights";
    private static final String SHAPE = "shape";
    private static final String DTYPE = "dtype";

    private final List<Layer> layers = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private long rows;

    public LayerRows() {
        this(0);
    }

    /** Rows that follow others, which were counted already. */
    public LayerRows(long firstRow) {
        rows = firstRow;
    }

    /** Rows that are layers, in their order. */
    public List<Layer> layers() {
        return layers;
    }

    /** Rows that are none, in their order. */
    public List<Failure> failures() {
        return failures;
    }

    /** The number of the row that would come next. */
    public long nextRow() {
        return rows;
    }

    /** Bytes of all weights. */
    public long bytes() {
        long bytes = 0;
        for (Layer layer : layers) {
            bytes += layer.byteLength();
        }
        return bytes;
    }

    /** Adds a layer; one that is not sound is a failure. */
    public void add(LayerSource source) {
        long row = rows++;
        try {
            layers.add(source.layer(row));
        } catch (ArrowQuantException bad) {
            failures.add(Failure.ofLayer(row, source.name(row), bad));
        }
    }

    /** Where a layer comes from. */
    public interface LayerSource {
        /** Its name, or null when even that is missing. */
        String name(long row);

        Layer layer(long row);
    }

    /** Refuses a table without the columns that are needed, or with columns of other types, before any row is read. */
    static void checkColumns(ForeignType table) {
        for (String column : List.of(NAME, WEIGHTS)) {
            if (index(table, column) < 0) {
                throw new InvalidRequestException("Missing required column '" + column + "'");
            }
        }
        index(table, SHAPE);
        index(table, DTYPE);
    }

    private static int index(ForeignType table, String column) {
        int found = -1;
        for (int i = 0; i < table.children().size(); i++) {
            if (table.children().get(i).name().equals(column)) {
                if (found >= 0) {
                    throw new InvalidRequestException(
                            "Column '" + column + "' appears twice", "Drop or rename one of them");
                }
                found = i;
            }
        }
        return found;
    }

    /** Adds the rows of a batch, which must live as long as the layers are used. */
    void addBatch(ForeignArray table) {
        if (!table.type().isStruct()) {
            throw new InvalidRequestException(
                    "The input has type " + table.type().describe() + ". Must be a table or a record batch");
        }
        checkColumns(table.type());
        Columns columns = new Columns(table);
        for (long i = 0; i < table.length(); i++) {
            long inBatch = i;
            add(columns.at(inBatch));
        }
    }

    private static ForeignArray column(ForeignArray table, String name) {
        int index = index(table.type(), name);
        return index < 0 ? null : table.child(index);
    }

    /** The columns of a batch, and a row of them. */
    private static final class Columns {
        private final ForeignArray table;
        private final TextColumn names;
        private final WeightsColumn weights;
        private final ShapeColumn shapes;
        private final TextColumn types;

        Columns(ForeignArray table) {
            this.table = table;
            ForeignArray dtype = column(table, DTYPE);
            ForeignArray shape = column(table, SHAPE);
            names = new TextColumn(column(table, NAME), NAME);
            types = dtype == null ? null : new TextColumn(dtype, DTYPE);
            weights = new WeightsColumn(column(table, WEIGHTS), types != null);
            shapes = shape == null || shape.type().format().equals("n") ? null : new ShapeColumn(shape);
        }

        LayerSource at(long rowOfBatch) {
            // Children of a struct are counted from the struct's offset.
            long at = table.physical(rowOfBatch);
            boolean missing = table.isNull(rowOfBatch);
            return new LayerSource() {
                @Override
                public String name(long row) {
                    return missing ? null : names.get(at);
                }

                @Override
                public Layer layer(long row) {
                    String name = name(row);
                    if (name == null) {
                        throw new InvalidRequestException(
                                "Column 'layer_name' is null at row " + row, "Name every layer");
                    }
                    if (weights.isNull(at)) {
                        throw new InvalidRequestException(
                                "Layer '" + Printable.text(name) + "': column 'weights' is null", "Skip the layer");
                    }
                    String dtype = types == null ? null : types.get(at);
                    WeightsColumn.Place place = weights.get(at, name, dtype);
                    long[] shape = shapes == null ? null : shapes.get(at, name);
                    return Layer.of(row, name, place.type(), place.address(), place.count(), shape);
                }
            };
        }
    }
}
