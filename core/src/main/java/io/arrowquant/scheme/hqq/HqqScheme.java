package io.arrowquant.scheme.hqq;

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

/** One of hqq_int4 and hqq_int8. */
final class HqqScheme implements Scheme {
    static final int CODES = 0;
    static final int SCALES = 1;
    static final int ZERO_POINTS = 2;

    private static final long serialVersionUID = 1L;
    private static final int LARGEST_GROUP = 1 << 20;
    private static final long LARGEST_PART = Integer.MAX_VALUE - 64L;

    private final String name;
    private final SchemeParameters parameters;
    private final int bits;
    private final int group;

    HqqScheme(String name, SchemeParameters parameters, int bits) {
        this.name = name;
        this.parameters = parameters;
        this.bits = bits;
        this.group = parameters.integer(HqqFamily.GROUP_SIZE);
        if (group > LARGEST_GROUP) {
            throw new InvalidRequestException(
                    "Invalid group_size: " + group + " for scheme " + name, "Must be at most " + LARGEST_GROUP);
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
        return parameters.spellingWithout(name, HqqFamily.GROUP_SIZE);
    }

    @Override
    public int bitWidth() {
        return bits;
    }

    @Override
    public long groupSize(Shape shape) {
        return group;
    }

    /** Bytes of four bits hold codes of two groups: one of the first half of all groups, one of the second. */
    private boolean halves() {
        return bits == 4;
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        long groups = shape.elements() / group;
        return List.of(
                PartSpec.besideWeight("W_q", DataType.U8, Shape.of(halves() ? groups / 2 : groups, group)),
                PartSpec.besideWeight("scale", DataType.F32, Shape.of(groups, 1)),
                PartSpec.besideWeight("zero", DataType.F32, Shape.of(groups, 1)));
    }

    @Override
    public void check(Shape shape) {
        long step = halves() ? 2L * group : group;
        if (shape.elements() % step != 0 || (halves() && shape.elements() / 2 > LARGEST_PART)) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " needs a multiple of " + step
                            + " elements that it can hold packed, but the" + " shape is " + shape,
                    "Skip the layer, or use another group size");
        }
    }

    @Override
    public long unit(Shape shape) {
        return halves() ? Math.max(1, shape.elements()) : group;
    }

    @Override
    public Survey survey(EncodeRequest request) {
        return null;
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        return new HqqEncoder(request, group, bits);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return new HqqDecoder(shape.elements(), group, halves());
    }
}
