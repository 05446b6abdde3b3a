package io.arrowquant.scheme.ggml;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.ImportanceAware;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.Survey;
import io.arrowquant.tensor.Shape;
import java.util.List;

/** One ggml type, with the column weights of an importance matrix or without. */
final class GgmlScheme implements Scheme, ImportanceAware {
    private static final long serialVersionUID = 1L;

    private final GgmlType type;
    private final float[] columnWeights;

    GgmlScheme(GgmlType type) {
        this(type, null);
    }

    private GgmlScheme(GgmlType type, float[] columnWeights) {
        this.type = type;
        this.columnWeights = columnWeights;
    }

    @Override
    public Scheme withImportance(float[] weights) {
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] >= 0f && weights[i] <= Float.MAX_VALUE)) {
                throw new InvalidRequestException(
                        "The importance of column " + i + " is " + weights[i],
                        "Weights must be finite and not negative");
            }
        }
        return new GgmlScheme(type, weights.clone());
    }

    @Override
    public String name() {
        return type.name();
    }

    @Override
    public String spelling() {
        return type.name();
    }

    @Override
    public String label() {
        return type.name();
    }

    @Override
    public int bitWidth() {
        return type.bitWidth();
    }

    @Override
    public long groupSize(Shape shape) {
        return type.blockElements();
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        if (type.blockElements() == 1) {
            return List.of(new PartSpec(type.partSuffix(), type.partType(), shape));
        }
        long[] dimensions = shape.toArray();
        int last = dimensions.length - 1;
        dimensions[last] = Math.multiplyExact(dimensions[last] / type.blockElements(), (long) type.blockBytes());
        return List.of(new PartSpec(type.partSuffix(), type.partType(), Shape.of(dimensions)));
    }

    @Override
    public void check(Shape shape) {
        long columns = shape.columns();
        if (columns % type.blockElements() != 0) {
            throw new InvalidRequestException(
                    "Scheme " + name() + " needs rows of a multiple of " + type.blockElements()
                            + " elements, but the shape " + shape + " has rows of " + columns,
                    columns % 32 == 0
                            ? "Use a scheme with blocks of 32, e.g. Q8_0 or Q4_0, or skip the layer"
                            : "Use F16 or BF16, or skip the layer");
        }
        if (columnWeights != null && columnWeights.length != columns && columnWeights.length != sliceColumns(shape)) {
            throw new InvalidRequestException(
                    "The importance matrix has " + columnWeights.length + " weights, but the shape " + shape
                            + " has rows of " + columns,
                    "Give one weight for each column");
        }
    }

    /** Columns of all slices of the first dimension, or of one row when there is no dimension for slices. */
    private static long sliceColumns(Shape shape) {
        return shape.rank() > 2 ? Math.multiplyExact(shape.dimension(0), shape.columns()) : shape.columns();
    }

    private boolean needsWholeRows() {
        return columnWeights != null && type.importance() == GgmlType.Importance.ROW;
    }

    @Override
    public long unit(Shape shape) {
        return needsWholeRows() ? Math.max(type.blockElements(), shape.columns()) : type.blockElements();
    }

    @Override
    public Survey survey(EncodeRequest request) {
        return null;
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        if (columnWeights == null || type.importance() == GgmlType.Importance.IGNORED) {
            return new GgmlEncoder(type, request, null);
        }
        ImportanceMatrix matrix = new ImportanceMatrix(columnWeights, request.shape(), needsWholeRows());
        return new GgmlEncoder(type, request, matrix);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return new GgmlDecoder(type);
    }
}
