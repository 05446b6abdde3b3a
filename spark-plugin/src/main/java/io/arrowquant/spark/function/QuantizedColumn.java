package io.arrowquant.spark.function;

import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.spark.sql.vectorized.ArrowColumnVector;

/** The column of structs that quantize makes of a batch. */
final class QuantizedColumn extends ArrowColumnVector {
    private final ArrowColumnVector scales;
    private final ArrowColumnVector zeroPoints;

    QuantizedColumn(StructVector struct) {
        super(struct);
        scales = new FloatsColumn((ListVector) struct.getChild(QuantizedStruct.SCALES));
        zeroPoints = new FloatsColumn((ListVector) struct.getChild(QuantizedStruct.ZERO_POINTS));
    }

    @Override
    public ArrowColumnVector getChild(int ordinal) {
        return switch (ordinal) {
            case QuantizedVectors.SCALES -> scales;
            case QuantizedVectors.ZERO_POINTS -> zeroPoints;
            default -> super.getChild(ordinal);
        };
    }
}
