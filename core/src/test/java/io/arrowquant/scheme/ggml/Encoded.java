package io.arrowquant.scheme.ggml;

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

/** What a scheme makes of an array, through the same class that every door uses. */
record Encoded(byte[] blocks, long replaced, ErrorStatistics quality) {
    static Encoded of(Scheme scheme, float[] values, Shape shape) {
        return of(scheme, values, shape, NonFinite.ERROR, new ElementRange(0, values.length));
    }

    /** Encodes ranges one after the other, each with an encoder of its own as other tasks would. */
    static Encoded of(Scheme scheme, float[] values, Shape shape, NonFinite nonFinite, ElementRange... ranges) {
        PartBuffers parts = new PartBuffers(1);
        ErrorStatistics quality = new ErrorStatistics();
        long replaced = 0;
        for (ElementRange range : ranges) {
            RangeEncoder encoder = new RangeEncoder(scheme, new EncodeRequest("l0", DataType.F32, shape, nonFinite));
            encoder.checkRange(range);
            try {
                encoder.encode(ElementSource.ofFloats(values, 0, 0), range, parts, quality);
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
            replaced += encoder.replaced();
        }
        return new Encoded(parts.toByteArray(0), replaced, quality);
    }

    /** The values the blocks stand for. */
    float[] decoded(Scheme scheme, Shape shape) {
        float[] values = new float[(int) shape.elements()];
        scheme.decoder(shape).decode(new byte[][] {blocks}, new int[1], 0, values.length, values, 0);
        return values;
    }
}
