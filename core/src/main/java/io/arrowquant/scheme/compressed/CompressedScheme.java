package io.arrowquant.scheme.compressed;

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

/** A preset of compressed-tensors with its parameters. */
final class CompressedScheme implements Scheme {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final SchemeParameters parameters;
    private final Settings settings;

    CompressedScheme(String name, SchemeParameters parameters, Settings settings) {
        this.name = name;
        this.parameters = parameters;
        this.settings = settings;
        if (settings.leastError() && settings.strategy() == Strategy.TENSOR) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " cannot search for the least error over a whole tensor",
                    "Use observer=minmax, or another strategy");
        }
    }

    Settings settings() {
        return settings;
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
        return parameters.spellingWithout(name, CompressedFamily.GROUP_SIZE);
    }

    @Override
    public int bitWidth() {
        return settings.bits();
    }

    @Override
    public long groupSize(Shape shape) {
        return switch (settings.strategy()) {
            case GROUP -> settings.group();
            case CHANNEL -> shape.columns();
            case TENSOR -> 0;
            case BLOCK -> (long) Strategy.BLOCK_SIDE * Strategy.BLOCK_SIDE;
        };
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        return parts(shape, DataType.F32);
    }

    @Override
    public List<PartSpec> parts(Shape shape, DataType source) {
        Format format = settings.format();
        Slices slices = settings.slices(shape);
        List<PartSpec> parts = new ArrayList<>();
        long rowBytes = format.packing.rowBytes(slices.columns(), settings.bits());
        parts.add(PartSpec.ofModule(
                format.payload, format.payloadType, Shape.of(slices.rows(), rowBytes / format.payloadType.bytes())));
        parts.add(PartSpec.ofModule(format.scaleName(), format.scaleType(format.precision(source)), perSlice(slices)));
        PartLayout layout = PartLayout.of(settings);
        if (layout.weightShape() >= 0) {
            parts.add(PartSpec.ofModule("weight_shape", DataType.I64, Shape.of(2)));
        }
        if (layout.zeroPoints() >= 0) {
            parts.add(zeroPoints(slices));
        }
        if (layout.globalScale() >= 0) {
            parts.add(PartSpec.ofModule("weight_global_scale", DataType.F32, Shape.of(1)));
        }
        return parts;
    }

    private Shape perSlice(Slices slices) {
        return settings.strategy() == Strategy.TENSOR ? Shape.of(1) : Shape.of(slices.down(), slices.across());
    }

    private PartSpec zeroPoints(Slices slices) {
        if (!settings.packsZeroPoints()) {
            return PartSpec.ofModule("weight_zero_point", DataType.I8, Shape.of(1));
        }
        long words = (slices.down() * settings.bits() + Integer.SIZE - 1) / Integer.SIZE;
        return PartSpec.ofModule("weight_zero_point", DataType.I32, Shape.of(words, slices.across()));
    }

    @Override
    public boolean dependsOnSource() {
        return true;
    }

    @Override
    public void check(Shape shape) {
        if (shape.rank() != 2) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " needs two dimensions, but the shape is " + shape,
                    "Skip the layer, or give the shape of its matrix");
        }
        long columns = shape.columns();
        if (settings.strategy() == Strategy.GROUP && columns % settings.group() != 0) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " needs rows that are multiples of the group size " + settings.group()
                            + ", but the rows have " + columns + " elements",
                    "Skip the layer, or use another group size or strategy");
        }
        Slices slices = settings.slices(shape);
        boolean tooLong = settings.format().packing.unit(columns) > Slices.LONGEST_HELD
                || (settings.leastError() && !slices.areHeld());
        if (tooLong) {
            throw new InvalidRequestException(
                    "Scheme " + spelling() + " cannot hold rows of " + columns + " elements",
                    "Skip the layer, or use strategy=group with observer=minmax");
        }
    }

    @Override
    public long unit(Shape shape) {
        Slices slices = settings.slices(shape);
        boolean whole = settings.strategy() == Strategy.TENSOR || needsFirstPass(slices);
        if (whole) {
            return Math.max(1, shape.elements());
        }
        long unit = CompressedEncoder.tileUnit(settings, slices);
        return settings.packsZeroPoints()
                ? Math.max(1, ZeroPointRows.rowsTogether(settings.bits()) * slices.columns())
                : unit;
    }

    private boolean needsFirstPass(Slices slices) {
        return settings.format() == Format.NVFP4_PACK_QUANTIZED || settings.leastError() || !slices.areHeld();
    }

    @Override
    public Survey survey(EncodeRequest request) {
        if (settings.format() == Format.NVFP4_PACK_QUANTIZED) {
            return new LargestMagnitude(request);
        }
        if (settings.leastError()) {
            return new LeastErrorSteps(settings, request);
        }
        Slices slices = settings.slices(request.shape());
        return slices.areHeld() ? null : SliceRanges.ofTensor(request, slices);
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        Slices slices = settings.slices(request.shape());
        TileValues values = survey instanceof SliceRanges ranges
                ? TileValues.ofSurveyed(slices, ranges)
                : TileValues.ofWholeSlices(request, slices, settings.symmetric() && !settings.leastError());
        float globalScale = survey instanceof LargestMagnitude magnitude
                ? Nvfp4Grid.globalScale(magnitude.largest(), Precision.of(request.dtype()))
                : 1f;
        int steps = survey instanceof LeastErrorSteps search ? search.steps() : LeastError.STEPS;
        return new CompressedEncoder(settings, request, values, globalScale, steps);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return decoder(shape, DataType.F32);
    }

    @Override
    public Decoder decoder(Shape shape, DataType source) {
        Slices slices = settings.slices(shape);
        return new CompressedDecoder(
                settings, slices, settings.format().precision(source), CompressedEncoder.tileUnit(settings, slices));
    }
}
