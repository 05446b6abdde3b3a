package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.util.List;

/**
 * Drives a scheme over a tensor or over ranges of it: cuts tiles, runs the first pass where one is needed, and measures
 * errors on the way when asked. Every door encodes through this class, and so gets the same bytes. One per tensor and
 * thread.
 */
public final class RangeEncoder {
    private final Scheme scheme;
    private final EncodeRequest request;
    private final Tile tile = new Tile();
    private final Survey survey;
    private boolean surveyed;
    private Encoder encoder;
    private Decoder decoder;
    private float[] decoded = new float[0];
    private int[] offsets;

    public RangeEncoder(Scheme scheme, EncodeRequest request) {
        scheme.check(request.shape());
        this.scheme = scheme;
        this.request = request;
        this.survey = scheme.survey(request);
    }

    /** True when {@link #survey} must see the whole tensor before anything can be encoded. */
    public boolean needsSurvey() {
        return survey != null;
    }

    /** The first pass. {@code source} must offer the whole tensor. */
    public void survey(ElementSource source) throws IOException {
        long elements = request.shape().elements();
        int tileElements = tileElements(survey.tileUnit());
        for (long at = 0; at < elements && !survey.isComplete(); at += tileElements) {
            source.read(at, (int) Math.min(tileElements, elements - at), tile);
            survey.observe(tile, at);
        }
        surveyed = true;
    }

    /** The result of {@link #survey}, where tensors can share it; otherwise null. */
    public byte[] surveyResult() {
        return survey instanceof SharedSurvey shared ? shared.result() : null;
    }

    /** Takes the place of {@link #survey}: results for this tensor and all others of its set. */
    public void useSurveyed(List<byte[]> results) {
        if (!(survey instanceof SharedSurvey shared)) {
            throw new IllegalStateException("scheme " + scheme.spelling() + " shares no first pass");
        }
        results.forEach(shared::include);
        surveyed = true;
    }

    /**
     * Refuses a range that cannot be encoded on its own: one that begins inside a unit, or a part of a tensor that must
     * be whole. The message names the option that helps.
     */
    public void checkRange(ElementRange range) {
        Shape shape = request.shape();
        long unit = scheme.unit(shape);
        boolean whole = range.start() == 0 && range.count() == shape.elements();
        if (whole || range.count() == 0) {
            return;
        }
        String subject = request.layer() == null ? "" : "Layer '" + Printable.text(request.layer()) + "': ";
        if (range.end() > shape.elements()) {
            throw new InvalidRequestException(
                    subject + "the range from element " + range.start() + " to " + range.end()
                            + " is not within the tensor of " + shape.elements() + " elements",
                    "Check the shape and the start of the range");
        }
        if (unit >= shape.elements()) {
            throw new InvalidRequestException(
                    subject + "scheme " + scheme.spelling() + " needs the whole tensor of " + shape.elements()
                            + " elements, but this row holds " + range.count() + " from " + range.start(),
                    "Read with option wholeTensors=true");
        }
        boolean cleanEnd = range.end() == shape.elements() || range.end() % unit == 0;
        if (range.start() % unit != 0 || !cleanEnd) {
            throw new InvalidRequestException(
                    subject + "the range from element " + range.start() + " to " + range.end() + " cuts a group of "
                            + unit + " elements of scheme " + scheme.spelling(),
                    "Read with option groupSize=" + unit);
        }
    }

    /**
     * Encodes a range and appends to the parts. Ranges of one tensor are given in order. Errors are measured when
     * {@code quality} is not null.
     */
    public void encode(ElementSource source, ElementRange range, PartBuffers parts, ErrorStatistics quality)
            throws IOException {
        if (survey != null && !surveyed) {
            throw new IllegalStateException("scheme " + scheme.spelling() + " needs the first pass before this");
        }
        int tileElements = tileElements(tileUnit());
        for (long at = range.start(); at < range.end(); at += tileElements) {
            int count = (int) Math.min(tileElements, range.end() - at);
            source.read(at, count, tile);
            if (quality == null) {
                encoder.encode(tile, at, parts);
            } else {
                encodeAndMeasure(at, parts, quality);
            }
        }
    }

    /** As many units as a tile usually holds, and at least one. */
    private static int tileElements(int unit) {
        return unit >= Tile.ELEMENTS ? unit : Tile.ELEMENTS / unit * unit;
    }

    /** Ranges that {@link #encode} is given one after the other are cut at multiples of this. */
    public int tileUnit() {
        if (encoder == null) {
            encoder = scheme.encoder(request, survey);
        }
        return encoder.tileUnit();
    }

    private void encodeAndMeasure(long at, PartBuffers parts, ErrorStatistics quality) {
        if (offsets == null) {
            offsets = new int[parts.parts()];
            encoder.expectReconstruction();
        }
        if (decoded.length < tile.count()) {
            decoded = new float[Math.max(tile.count(), Tile.ELEMENTS)];
        }
        for (int part = 0; part < offsets.length; part++) {
            offsets[part] = parts.length(part);
        }
        long replacedBefore = encoder.replaced();
        encoder.encode(tile, at, parts);
        if (!encoder.reconstruct(decoded, 0)) {
            if (decoder == null) {
                decoder = scheme.decoder(request.shape(), request.dtype());
            }
            decoder.decode(parts.arrays(), offsets, at, tile.count(), decoded, 0);
        }
        if (encoder.replaced() == replacedBefore) {
            quality.add(tile, decoded, 0, at);
        } else {
            quality.add(withoutReplaced(), 0, decoded, 0, tile.count(), at);
        }
    }

    /** Values that were replaced are counted, not measured: there is no distance to infinity. */
    private float[] withoutReplaced() {
        float[] values = new float[tile.count()];
        for (int i = 0; i < values.length; i++) {
            float value = tile.floats()[tile.floatOffset() + i];
            values[i] = Float.isFinite(value) ? value : decoded[i];
        }
        return values;
    }

    /** Values replaced so far because they were NaN or infinite. */
    public long replaced() {
        return encoder == null ? 0 : encoder.replaced();
    }
}
