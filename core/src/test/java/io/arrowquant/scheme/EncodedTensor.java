package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.tensor.ElementRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What a scheme made of a tensor, in whatever pieces it was given. */
public record EncodedTensor(
        Scheme scheme,
        StoredTensor source,
        List<PartSpec> specs,
        byte[][] parts,
        long replaced,
        ErrorStatistics quality) {

    public static EncodedTensor of(String scheme, StoredTensor source) {
        return of(SchemeCatalog.parse(scheme), source, NonFinite.ERROR);
    }

    public static EncodedTensor of(Scheme scheme, StoredTensor source, NonFinite nonFinite) {
        ElementRange all = new ElementRange(0, source.shape().elements());
        return ofRanges(scheme, source, nonFinite, List.of(all), true);
    }

    /** Encodes the ranges one after the other into the same buffers. */
    public static EncodedTensor ofRanges(
            Scheme scheme, StoredTensor source, NonFinite nonFinite, List<ElementRange> ranges, boolean measure) {
        RangeEncoder encoder =
                new RangeEncoder(scheme, new EncodeRequest("l0", source.dtype(), source.shape(), nonFinite));
        List<PartSpec> specs = scheme.parts(source.shape(), source.dtype());
        PartBuffers buffers = new PartBuffers(specs.size());
        ErrorStatistics quality = measure ? new ErrorStatistics() : null;
        try {
            if (encoder.needsSurvey()) {
                encoder.survey(source.source());
            }
            for (ElementRange range : ranges) {
                encoder.encode(source.source(), range, buffers, quality);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        byte[][] parts = new byte[specs.size()][];
        for (int part = 0; part < parts.length; part++) {
            parts[part] = buffers.toByteArray(part);
            assertThat(specs.get(part).allows(parts[part].length))
                    .as("%d bytes of %s of %s", parts[part].length, specs.get(part), scheme.spelling())
                    .isTrue();
        }
        return new EncodedTensor(scheme, source, specs, parts, encoder.replaced(), quality);
    }

    /** The bytes of the part with a suffix. */
    public byte[] part(String suffix) {
        for (int part = 0; part < parts.length; part++) {
            if (specs.get(part).suffix().equals(suffix)) {
                return parts[part];
            }
        }
        throw new AssertionError(scheme.spelling() + " has no part " + suffix);
    }

    /** The values the parts stand for, decoded in one go. */
    public float[] decoded() {
        float[] values = new float[(int) source.shape().elements()];
        scheme.decoder(source.shape(), source.dtype())
                .decode(parts, new int[parts.length], 0, values.length, values, 0);
        return values;
    }
}
