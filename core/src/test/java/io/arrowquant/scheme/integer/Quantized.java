package io.arrowquant.scheme.integer;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** What the project makes of an array, through the same class that every door uses. */
record Quantized(byte[] codes, float[] scales, float[] zeroPoints, long replaced, ErrorStatistics quality) {
    static final String LAYER = "l0";

    static Quantized of(Scheme scheme, float[] values) {
        return of(scheme, values, Shape.of(values.length), NonFinite.ERROR);
    }

    static Quantized of(Scheme scheme, float[] values, Shape shape, NonFinite nonFinite) {
        return ofRanges(scheme, values, shape, nonFinite, List.of(new ElementRange(0, values.length)));
    }

    /** Encodes the ranges one after the other into the same buffers. */
    static Quantized ofRanges(
            Scheme scheme, float[] values, Shape shape, NonFinite nonFinite, List<ElementRange> ranges) {
        RangeEncoder encoder = new RangeEncoder(scheme, new EncodeRequest(LAYER, DataType.F32, shape, nonFinite));
        PartBuffers parts = new PartBuffers(scheme.parts(shape).size());
        ErrorStatistics quality = new ErrorStatistics();
        ElementSource source = ElementSource.ofFloats(values, 0, 0);
        try {
            if (encoder.needsSurvey()) {
                encoder.survey(source);
            }
            for (ElementRange range : ranges) {
                encoder.encode(source, range, parts, quality);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new Quantized(
                parts.toByteArray(IntegerScheme.CODES),
                floats(parts.toByteArray(IntegerScheme.SCALES)),
                floats(parts.toByteArray(IntegerScheme.ZERO_POINTS)),
                encoder.replaced(),
                quality);
    }

    private static float[] floats(byte[] bytes) {
        float[] floats = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
        return floats;
    }

    /** The values the parts stand for, decoded in one go. */
    float[] decoded(Scheme scheme, Shape shape) {
        float[] values = new float[(int) shape.elements()];
        byte[][] parts = {codes, bytes(scales), bytes(zeroPoints)};
        scheme.decoder(shape).decode(parts, new int[3], 0, values.length, values, 0);
        return values;
    }

    private static byte[] bytes(float[] floats) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * floats.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        return bytes.array();
    }

    void assertSameAs(IntegerReference expected, String what) {
        assertThat(bits(scales)).as("scales of %s", what).isEqualTo(bits(expected.scales));
        assertThat(bits(zeroPoints)).as("zero points of %s", what).isEqualTo(bits(expected.zeroPoints));
        assertThat(codes).as("codes of %s", what).isEqualTo(expected.packed());
    }

    /** Bits, so that zeros of both signs differ. */
    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
