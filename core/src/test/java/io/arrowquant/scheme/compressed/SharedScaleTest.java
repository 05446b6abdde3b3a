package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.Samples;
import io.arrowquant.scheme.ElementSource;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tensors that a runtime fuses have one global scale. */
class SharedScaleTest {
    private static final Scheme NVFP4 = SchemeCatalog.parse("NVFP4A16");
    private static final Shape SHAPE = Shape.of(8, 64);
    private static final int ELEMENTS = 8 * 64;
    private static final int GLOBAL_SCALE = 2;

    private static RangeEncoder encoder(Scheme scheme) {
        return new RangeEncoder(scheme, new EncodeRequest("l0", DataType.F32, SHAPE, NonFinite.ERROR));
    }

    private static float[] weights(float factor) {
        float[] values = Samples.NORMAL.array(ELEMENTS, 5);
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return values;
    }

    private static byte[] found(float[] values) throws IOException {
        RangeEncoder encoder = encoder(NVFP4);
        encoder.survey(source(values));
        return encoder.surveyResult();
    }

    private static ElementSource source(float[] values) {
        return ElementSource.ofFloats(values, 0, 0);
    }

    private static byte[][] encodedWith(float[] values, byte[]... results) throws IOException {
        RangeEncoder encoder = encoder(NVFP4);
        encoder.useSurveyed(List.of(results));
        return encoded(encoder, values);
    }

    private static byte[][] encodedAlone(float[] values) throws IOException {
        RangeEncoder encoder = encoder(NVFP4);
        encoder.survey(source(values));
        return encoded(encoder, values);
    }

    private static byte[][] encoded(RangeEncoder encoder, float[] values) throws IOException {
        int parts = NVFP4.parts(SHAPE, DataType.F32).size();
        PartBuffers buffers = new PartBuffers(parts);
        encoder.encode(source(values), new ElementRange(0, ELEMENTS), buffers, null);
        byte[][] bytes = new byte[parts][];
        for (int part = 0; part < parts; part++) {
            bytes[part] = buffers.toByteArray(part);
        }
        return bytes;
    }

    private static float globalScale(byte[][] parts) {
        return ByteBuffer.wrap(parts[GLOBAL_SCALE])
                .order(ByteOrder.LITTLE_ENDIAN)
                .getFloat();
    }

    @Test
    void partnersHaveTheScaleOfTheLarger() throws IOException {
        float[] small = weights(1f);
        float[] large = weights(-3f);
        byte[] ofSmall = found(small);
        byte[] ofLarge = found(large);

        byte[][] smallShared = encodedWith(small, ofSmall, ofLarge);
        byte[][] largeShared = encodedWith(large, ofLarge, ofSmall);

        assertThat(globalScale(smallShared)).isEqualTo(globalScale(largeShared));
        assertThat(globalScale(encodedAlone(small))).isNotEqualTo(globalScale(smallShared));
        assertThat(largeShared).isDeepEqualTo(encodedAlone(large));
    }

    @Test
    void theOrderOfResultsDoesNotMatter() throws IOException {
        float[] small = weights(1f);
        byte[] ofSmall = found(small);
        byte[] ofLarge = found(weights(3f));
        assertThat(encodedWith(small, ofLarge, ofSmall)).isDeepEqualTo(encodedWith(small, ofSmall, ofLarge));
    }

    @Test
    void aResultOfTheTensorItselfTakesThePlaceOfItsPass() throws IOException {
        float[] values = weights(1f);
        assertThat(encodedWith(values, found(values))).isDeepEqualTo(encodedAlone(values));
    }

    @Test
    void schemesWithoutAGlobalScaleShareNothing() {
        RangeEncoder encoder = encoder(SchemeCatalog.parse("MXFP4A16"));
        assertThat(encoder.needsSurvey()).isFalse();
        assertThat(encoder.surveyResult()).isNull();
        assertThatThrownBy(() -> encoder.useSurveyed(List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("MXFP4A16");
        RangeEncoder leastError = encoder(SchemeCatalog.parse("W4A16(group_size=32,observer=mse)"));
        assertThat(leastError.needsSurvey()).isTrue();
        assertThat(leastError.surveyResult()).isNull();
    }
}
