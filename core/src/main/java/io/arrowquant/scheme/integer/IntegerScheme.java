package io.arrowquant.scheme.integer;

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

/** One of int2, int4, int8 with its parameters. */
final class IntegerScheme implements Scheme {
    private static final long serialVersionUID = 1L;

    /** Longer groups are not held in memory: a first pass finds their range. */
    static final int LONGEST_HELD_GROUP = 1 << 20;

    static final int CODES = 0;
    static final int SCALES = 1;
    static final int ZERO_POINTS = 2;

    private final String name;
    private final int bits;
    private final boolean symmetric;
    private final String strategy;
    private final int group;
    private final SchemeParameters parameters;

    IntegerScheme(String name, int bits, SchemeParameters parameters) {
        this.name = name;
        this.bits = bits;
        this.symmetric = parameters.flag(IntegerFamily.SYMMETRIC);
        this.strategy = parameters.text(IntegerFamily.STRATEGY);
        this.group = parameters.integer(IntegerFamily.GROUP_SIZE);
        this.parameters = parameters;
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
        return parameters.spellingWithout(name, IntegerFamily.GROUP_SIZE);
    }

    @Override
    public int bitWidth() {
        return bits;
    }

    @Override
    public long groupSize(Shape shape) {
        return switch (strategy) {
            case "channel" -> shape.columns();
            case "tensor" -> 0;
            default -> group;
        };
    }

    /** Elements of a group: at least one, and never more than the tensor has. */
    private long groupLength(Shape shape) {
        long length = switch (strategy) {
            case "channel" -> shape.columns();
            case "tensor" -> shape.elements();
            default -> Math.min(group, shape.elements());
        };
        return Math.max(1, length);
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        long elements = shape.elements();
        long groups = groups(elements, groupLength(shape));
        long codeBytes = Math.addExact(Math.multiplyExact(elements, (long) bits), 7L) / 8;
        return List.of(
                new PartSpec("quantized_data", DataType.U8, Shape.of(codeBytes)),
                new PartSpec("scales", DataType.F32, Shape.of(groups)),
                new PartSpec("zero_points", DataType.F32, Shape.of(groups)));
    }

    static long groups(long elements, long groupLength) {
        return elements == 0 ? 0 : (elements - 1) / groupLength + 1;
    }

    @Override
    public void check(Shape shape) {
        if (strategy.equals("channel") && shape.rank() == 0) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " needs rows, but the tensor is a scalar", "Use strategy=tensor");
        }
    }

    @Override
    public long unit(Shape shape) {
        return groupLength(shape);
    }

    @Override
    public Survey survey(EncodeRequest request) {
        long length = groupLength(request.shape());
        return length <= LONGEST_HELD_GROUP ? null : new GroupRanges(request, length);
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        return new IntegerEncoder(
                bits, new IntegerGrid(bits, symmetric), groupLength(request.shape()), request, (GroupRanges) survey);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return new IntegerDecoder(bits, groupLength(shape));
    }
}
