package io.arrowquant.scheme.bitsandbytes;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Decoder;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.Encoder;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeParameters;
import io.arrowquant.scheme.Survey;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.List;

/** llm_int8: eight bits and a scale for each row, the weights of LLM.int8(). */
final class RowScheme implements Scheme {
    static final String NAME = "llm_int8";

    static final int CODES = 0;
    static final int ROW_MAXIMA = 1;
    static final int FORMAT = 2;

    private static final long serialVersionUID = 1L;
    private static final long LONGEST_ROW = 1L << 22;

    private final SchemeParameters parameters;

    RowScheme(SchemeParameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String spelling() {
        return parameters.spelling(NAME);
    }

    @Override
    public String label() {
        return spelling();
    }

    @Override
    public int bitWidth() {
        return Byte.SIZE;
    }

    @Override
    public long groupSize(Shape shape) {
        return shape.columns();
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        return List.of(
                PartSpec.ofModule("weight", DataType.I8, shape),
                PartSpec.besideWeight("SCB", DataType.F32, Shape.of(shape.rows())),
                PartSpec.besideWeight("weight_format", DataType.U8, Shape.of()));
    }

    @Override
    public void check(Shape shape) {
        if (shape.rank() != 2) {
            throw new InvalidRequestException(
                    "Scheme " + NAME + " needs two dimensions, but the shape is " + shape,
                    "Skip the layer, or give the shape of its matrix");
        }
        if (shape.columns() > LONGEST_ROW) {
            throw new InvalidRequestException(
                    "Scheme " + NAME + " cannot hold rows of " + shape.columns() + " elements", "Skip the layer");
        }
    }

    @Override
    public long unit(Shape shape) {
        return Math.max(1, shape.columns());
    }

    @Override
    public Survey survey(EncodeRequest request) {
        return null;
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        return new RowEncoder(request);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return new RowDecoder((int) unit(shape));
    }
}
