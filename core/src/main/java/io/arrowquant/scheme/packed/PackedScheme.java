package io.arrowquant.scheme.packed;

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
import java.util.ArrayList;
import java.util.List;

/** One of gptq_int4, gptq_int8 and awq_int4 with its parameters. */
final class PackedScheme implements Scheme {
    private static final long serialVersionUID = 1L;
    private static final long LARGEST_PART = Integer.MAX_VALUE - 64L;

    private final String name;
    private final SchemeParameters parameters;
    private final Settings settings;

    PackedScheme(String name, SchemeParameters parameters, Settings settings) {
        this.name = name;
        this.parameters = parameters;
        this.settings = settings;
        int group = settings.group();
        if (group % settings.codesPerWord() != 0 || group > PackedFamily.LARGEST_GROUP) {
            throw new InvalidRequestException(
                    "Invalid group_size: " + group + " for scheme " + name,
                    "Must be a multiple of " + settings.codesPerWord() + ", at most " + PackedFamily.LARGEST_GROUP);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String spelling() {
        return parameters.spelling(name);
    }

    @Override
    public String label() {
        return parameters.spellingWithout(name, PackedFamily.GROUP_SIZE);
    }

    @Override
    public int bitWidth() {
        return settings.bits();
    }

    @Override
    public long groupSize(Shape shape) {
        return settings.group();
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        long rows = shape.rows();
        long columns = shape.columns();
        long groups = settings.groups(shape);
        int perWord = settings.codesPerWord();
        boolean gptq = settings.layout() == Layout.GPTQ;
        Shape codes = gptq ? Shape.of(columns / perWord, rows) : Shape.of(columns, rows / perWord);
        List<PartSpec> parts = new ArrayList<>();
        parts.add(PartSpec.besideWeight("qweight", DataType.I32, codes));
        parts.add(PartSpec.besideWeight("qzeros", DataType.I32, Shape.of(groups, rows / perWord)));
        parts.add(PartSpec.besideWeight("scales", DataType.F16, Shape.of(groups, rows)));
        if (gptq) {
            parts.add(PartSpec.besideWeight("g_idx", DataType.I32, Shape.of(columns)));
        }
        return parts;
    }

    @Override
    public void check(Shape shape) {
        if (shape.rank() != 2) {
            throw unfit("needs two dimensions, but the shape is " + shape, "give the shape of its matrix");
        }
        if (shape.elements() == 0) {
            throw unfit("needs elements, but the shape is " + shape, "keep it as it is");
        }
        if (shape.columns() % settings.group() != 0) {
            throw unfit(
                    "needs rows that are multiples of the group size " + settings.group() + ", but the rows have "
                            + shape.columns() + " elements",
                    "use another group size");
        }
        if (shape.rows() % settings.codesPerWord() != 0) {
            throw unfit(
                    "needs a multiple of " + settings.codesPerWord() + " rows, but there are " + shape.rows(),
                    "use another scheme for it");
        }
        if (shape.elements() / Byte.SIZE > LARGEST_PART / settings.bits()
                || shape.elements() / settings.group() > LARGEST_PART / Short.BYTES) {
            throw unfit(
                    "cannot hold the packed output of " + shape.elements() + " elements, which lies transposed",
                    "use another scheme for it");
        }
    }

    private InvalidRequestException unfit(String problem, String otherwise) {
        return new InvalidRequestException("Scheme " + spelling() + " " + problem, "Skip the layer, or " + otherwise);
    }

    /** The outputs lie transposed: nothing of them is complete before the last row. */
    @Override
    public long unit(Shape shape) {
        return Math.max(1, shape.elements());
    }

    @Override
    public Survey survey(EncodeRequest request) {
        return null;
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        return new PackedEncoder(settings, request);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return new PackedDecoder(settings, shape);
    }
}
