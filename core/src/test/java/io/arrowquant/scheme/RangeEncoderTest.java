package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.Samples;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import org.junit.jupiter.api.Test;

class RangeEncoderTest {
    @Test
    void rangesOfWholeGroupsMayBeEncodedApart() {
        RangeEncoder encoder = encoder("int4", "l0", 1000);
        for (ElementRange range : new ElementRange[] {
            new ElementRange(0, 1000),
            new ElementRange(0, 128),
            new ElementRange(256, 512),
            new ElementRange(896, 104),
            new ElementRange(1000, 0),
            new ElementRange(128, 0)
        }) {
            assertThatCode(() -> encoder.checkRange(range)).doesNotThrowAnyException();
        }
    }

    @Test
    void replacedValuesAreNoErrors() {
        float[] values = new float[512];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        values[17] = Float.NaN;
        values[400] = Float.POSITIVE_INFINITY;
        StoredTensor source = StoredTensor.of(DataType.F32, 128, values);
        EncodedTensor encoded = EncodedTensor.of(SchemeCatalog.parse("int8"), source, NonFinite.CLAMP);
        assertThat(encoded.replaced()).isEqualTo(2);
        assertThat(encoded.quality().summary().cosine()).isBetween(0.999, 1.0);
        assertThat(encoded.quality().summary().mse()).isLessThan(1e-3);
    }

    @Test
    void rangesThatCutAGroupNameTheOptionThatHelps() {
        String expected = "Layer 'l0': the range from element 100 to 228 cuts a group of 128 elements of scheme int4."
                + " Read with option groupSize=128";
        assertThatThrownBy(() -> encoder("int4", "l0", 1000).checkRange(new ElementRange(100, 128)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(expected);
        assertThatThrownBy(() -> encoder("int4", "l0", 1000).checkRange(new ElementRange(128, 100)))
                .hasMessageContaining("from element 128 to 228 cuts a group")
                .hasMessageEndingWith("Read with option groupSize=128");
        assertThatThrownBy(() -> encoder("int8(strategy=channel)", null, 20, 50).checkRange(new ElementRange(25, 50)))
                .hasMessage("the range from element 25 to 75 cuts a group of 50 elements of scheme"
                        + " int8(strategy=channel). Read with option groupSize=50");
    }

    @Test
    void partsOfATensorThatMustBeWholeNameTheOptionThatHelps() {
        String expected = "Layer 'l0': scheme int4(strategy=tensor) needs the whole tensor of 1000 elements, but this"
                + " row holds 128 from 0. Read with option wholeTensors=true";
        assertThatThrownBy(() -> encoder("int4(strategy=tensor)", "l0", 1000).checkRange(new ElementRange(0, 128)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(expected);
        assertThatThrownBy(() -> encoder("int4", null, 100).checkRange(new ElementRange(0, 50)))
                .hasMessage("scheme int4 needs the whole tensor of 100 elements, but this row holds 50 from 0."
                        + " Read with option wholeTensors=true");
        assertThatCode(() -> encoder("int4(strategy=tensor)", "l0", 1000).checkRange(new ElementRange(0, 1000)))
                .doesNotThrowAnyException();
    }

    @Test
    void rangesBeyondTheTensorAreRefused() {
        assertThatThrownBy(() -> encoder("int4", "l0", 1000).checkRange(new ElementRange(896, 128)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("Layer 'l0': the range from element 896 to 1024 is not within the tensor of"
                        + " 1000 elements");
    }

    @Test
    void shapesAreCheckedAtOnce() {
        assertThatThrownBy(() -> encoder("int4(strategy=channel)", "l0")).isInstanceOf(InvalidRequestException.class);
    }

    /** Stored elements, floats in the middle of an array, with and without measuring: one result. */
    @Test
    void sourcesOfAllKindsGiveTheSameBytes() throws Exception {
        float[] values = Samples.NORMAL.array(50_000, 1);
        byte[] stored = new byte[2 * values.length + 3];
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]) >>> 16;
            values[i] = Float.intBitsToFloat(bits << 16);
            stored[3 + 2 * i] = (byte) bits;
            stored[3 + 2 * i + 1] = (byte) (bits >> 8);
        }
        float[] padded = new float[values.length + 10];
        System.arraycopy(values, 0, padded, 10, values.length);
        long origin = 12_800_000_000L;
        ElementSource bfloat16 =
                (start, count, tile) -> tile.setStored(DataType.BF16, stored, 3 + 2 * (int) (start - origin), count);
        ElementSource floats = ElementSource.ofFloats(padded, 10, origin);
        for (String scheme : new String[] {"int4", "int8(group_size=100)", "int2(symmetric=true)"}) {
            byte[] expected = encode(scheme, floats, origin, values.length, null);
            assertThat(encode(scheme, bfloat16, origin, values.length, null)).isEqualTo(expected);
            ErrorStatistics ofFloats = new ErrorStatistics();
            ErrorStatistics ofStored = new ErrorStatistics();
            assertThat(encode(scheme, floats, origin, values.length, ofFloats)).isEqualTo(expected);
            assertThat(encode(scheme, bfloat16, origin, values.length, ofStored))
                    .isEqualTo(expected);
            assertThat(ofStored.toBytes()).isEqualTo(ofFloats.toBytes());
            assertThat(ofFloats.count()).isEqualTo(values.length);
        }
    }

    private static byte[] encode(String scheme, ElementSource source, long start, int count, ErrorStatistics quality)
            throws Exception {
        EncodeRequest request = new EncodeRequest("l", DataType.BF16, Shape.of(start + count), NonFinite.ERROR);
        PartBuffers parts = new PartBuffers(3);
        RangeEncoder encoder = new RangeEncoder(SchemeCatalog.parse(scheme), request);
        encoder.encode(source, new ElementRange(start, count), parts, quality);
        byte[] all = new byte[parts.length(0) + parts.length(1) + parts.length(2)];
        int at = 0;
        for (int part = 0; part < 3; part++) {
            System.arraycopy(parts.array(part), 0, all, at, parts.length(part));
            at += parts.length(part);
        }
        return all;
    }

    @Test
    void tilesAreReadInOrderAndNoLongerThanNeeded() throws Exception {
        long[] next = {0};
        int[] largest = {0};
        float[] values = Samples.NORMAL.array(100_000, 2);
        ElementSource counting = (start, count, tile) -> {
            assertThat(start).isEqualTo(next[0]);
            next[0] += count;
            largest[0] = Math.max(largest[0], count);
            tile.setFloats(values, (int) start, count);
        };
        RangeEncoder encoder = encoder("int4", "l0", values.length);
        encoder.encode(counting, new ElementRange(0, values.length), new PartBuffers(3), null);
        assertThat(next[0]).isEqualTo(values.length);
        assertThat(largest[0]).isLessThanOrEqualTo(Tile.ELEMENTS);
    }

    @Test
    void aSchemeThatNeedsAFirstPassInsistsOnIt() {
        RangeEncoder encoder = encoder("int4(strategy=tensor)", "l0", 3_000_000);
        assertThat(encoder.needsSurvey()).isTrue();
        assertThat(encoder("int4", "l0", 3_000_000).needsSurvey()).isFalse();
        ElementSource source = ElementSource.ofFloats(new float[3_000_000], 0, 0);
        assertThatThrownBy(() -> encoder.encode(source, new ElementRange(0, 3_000_000), new PartBuffers(3), null))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void buffersGrowAndAreReused() {
        PartBuffers parts = new PartBuffers(2);
        assertThat(parts.parts()).isEqualTo(2);
        assertThat(parts.append(0, 3)).isZero();
        assertThat(parts.append(0, 5000)).isEqualTo(3);
        parts.array(0)[5002] = 7;
        assertThat(parts.append(0, 100_000)).isEqualTo(5003);
        assertThat(parts.array(0)[5002]).isEqualTo((byte) 7);
        assertThat(parts.length(0)).isEqualTo(105_003);
        assertThat(parts.length(1)).isZero();
        assertThat(parts.toByteArray(0)).hasSize(105_003);
        byte[] array = parts.array(0);
        parts.clear();
        assertThat(parts.length(0)).isZero();
        parts.append(0, 100);
        assertThat(parts.array(0)).isSameAs(array);
        parts.reserve(1, 1000);
        byte[] reserved = parts.array(1);
        parts.append(1, 1000);
        assertThat(parts.array(1)).isSameAs(reserved).hasSize(1000);
        parts.reserve(1, 10);
        assertThat(parts.array(1)).isSameAs(reserved);
        assertThat(parts.arrays()[1]).isSameAs(reserved);
    }

    @Test
    void buffersGrowByHalfUpToTheLargestArray() {
        assertThat(PartBuffers.capacity(0, 10)).isEqualTo(256);
        assertThat(PartBuffers.capacity(1000, 1001)).isEqualTo(1756);
        assertThat(PartBuffers.capacity(1000, 9000)).isEqualTo(9000);
        assertThat(PartBuffers.capacity(1_500_000_000, 1_500_000_001)).isEqualTo(Integer.MAX_VALUE - 16);
        assertThat(PartBuffers.capacity(Integer.MAX_VALUE - 9, Integer.MAX_VALUE - 8))
                .isEqualTo(Integer.MAX_VALUE - 8);
    }

    private static RangeEncoder encoder(String scheme, String layer, long... dimensions) {
        return new RangeEncoder(
                SchemeCatalog.parse(scheme),
                new EncodeRequest(layer, DataType.F32, Shape.of(dimensions), NonFinite.ERROR));
    }
}
