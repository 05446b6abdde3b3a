package io.arrowquant.scheme.bitsandbytes;

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

/** One of nf4, fp4 and bnb_int8 with its parameters. */
final class BlockScheme implements Scheme {
    private static final long serialVersionUID = 1L;

    private final String name;
    private final SchemeParameters parameters;
    private final BlockSettings settings;

    BlockScheme(String name, SchemeParameters parameters, BlockSettings settings) {
        this.name = name;
        this.parameters = parameters;
        this.settings = settings;
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
        // Not without the block: what is shown as the group size is read back as a parameter of another name.
        return parameters.spelling(name);
    }

    @Override
    public int bitWidth() {
        return settings.bits();
    }

    @Override
    public long groupSize(Shape shape) {
        return settings.block();
    }

    @Override
    public List<PartSpec> parts(Shape shape) {
        return parts(shape, DataType.F32);
    }

    @Override
    public List<PartSpec> parts(Shape shape, DataType source) {
        long blocks = settings.blocks(shape.elements());
        List<PartSpec> parts = new ArrayList<>();
        FourBitCodes type = settings.fourBits();
        Shape packed = type == null ? shape : Shape.of((shape.elements() + 1) / 2, 1);
        parts.add(PartSpec.ofModule("weight", DataType.U8, packed));
        parts.add(new PartSpec("absmax", settings.nested() ? DataType.U8 : DataType.F32, Shape.of(blocks)));
        parts.add(new PartSpec("quant_map", DataType.F32, Shape.of(1L << settings.bits())));
        if (settings.nested()) {
            long nestedBlocks = (blocks + BlockSettings.NESTED_BLOCK - 1) / BlockSettings.NESTED_BLOCK;
            parts.add(new PartSpec("nested_absmax", DataType.F32, Shape.of(nestedBlocks)));
            parts.add(new PartSpec("nested_quant_map", DataType.F32, Shape.of(256)));
        }
        if (type != null) {
            parts.add(QuantState.spec(settings, shape, source));
        }
        return parts;
    }

    @Override
    public boolean dependsOnSource() {
        return true;
    }

    @Override
    public void check(Shape shape) {
        // Blocks run along the flattened tensor, so any shape will do.
    }

    @Override
    public long unit(Shape shape) {
        return settings.nested() ? Math.max(1, shape.elements()) : settings.block();
    }

    @Override
    public Survey survey(EncodeRequest request) {
        return settings.nested() ? new MeanAbsmax(settings, request) : null;
    }

    @Override
    public Encoder encoder(EncodeRequest request, Survey survey) {
        if (settings.fourBits() == null) {
            return new DynamicEncoder(settings, request);
        }
        float offset = survey instanceof MeanAbsmax scales ? scales.mean() : 0f;
        return new FourBitEncoder(settings, request, offset);
    }

    @Override
    public Decoder decoder(Shape shape) {
        return decoder(shape, DataType.F32);
    }

    @Override
    public Decoder decoder(Shape shape, DataType source) {
        return settings.fourBits() == null
                ? new DynamicDecoder(settings.block(), source)
                : new BlockDecoder(settings, source);
    }
}
