package io.arrowquant.scheme;

import io.arrowquant.FreshClasses;
import io.arrowquant.error.ArrowQuantException;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import io.arrowquant.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Runs schemes in classes that are loaded for it alone, so that all kernels come from a provider of its own. */
final class FreshSchemeRun implements SchemeRun {
    private static final List<String> FRESH =
            List.of("io.arrowquant.kernel.", "io.arrowquant.quality.", "io.arrowquant.scheme.");
    private static final Set<String> SHARED = Set.of(SchemeRun.class.getName(), NonFinite.class.getName());

    private static final int PADDING = 3;

    private final String kernels = Kernels.get().toString();

    /** What the properties ask for: {@link Kernels#PROVIDER_PROPERTY} and the size of vectors. */
    static SchemeRun with(Map<String, String> properties) {
        FreshClasses classes =
                new FreshClasses(name -> FRESH.stream().anyMatch(name::startsWith) && !SHARED.contains(name));
        return (SchemeRun) classes.make(FreshSchemeRun.class.getName(), properties);
    }

    @Override
    public String kernels() {
        return kernels;
    }

    @Override
    public Map<String, byte[]> of(String text, DataType dtype, Shape shape, NonFinite nonFinite, byte[] stored) {
        Map<String, byte[]> results = new LinkedHashMap<>();
        EncodeRequest request = new EncodeRequest("l0", dtype, shape, nonFinite);
        Scheme scheme = SchemeCatalog.parse(text);
        run(scheme, request, stored, "", results);
        if (scheme instanceof ImportanceAware aware) {
            float[] weights = new float[(int) shape.columns()];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = i % 7 == 0 ? 0f : (i * 37 % 101) * 0.125f;
            }
            run(aware.withImportance(weights), request, stored, "weighted ", results);
        }
        return results;
    }

    private static void run(
            Scheme scheme, EncodeRequest request, byte[] stored, String prefix, Map<String, byte[]> results) {
        try {
            whole(scheme, request, stored, prefix, results);
            pieces(scheme, request, stored, prefix, results);
            secondRange(scheme, request, stored, prefix, results);
        } catch (ArrowQuantException refused) {
            results.put(prefix + "refused", refused.getMessage().getBytes(StandardCharsets.UTF_8));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /** The whole tensor, measured, from elements that lie at an odd place; and what its parts stand for. */
    private static void whole(
            Scheme scheme, EncodeRequest request, byte[] stored, String prefix, Map<String, byte[]> results)
            throws IOException {
        DataType dtype = request.dtype();
        byte[] shifted = new byte[PADDING + stored.length];
        System.arraycopy(stored, 0, shifted, PADDING, stored.length);
        ElementSource source =
                (start, count, tile) -> tile.setStored(dtype, shifted, PADDING + (int) start * dtype.bytes(), count);
        Output output = new Output(scheme, request, source);
        ErrorStatistics quality = new ErrorStatistics();
        long elements = request.shape().elements();
        output.encode(0, elements, quality);
        output.report(prefix + "whole, ", results);
        results.put(prefix + "whole, quality", quality.toBytes());

        float[] values = new float[PADDING + (int) elements];
        byte[][] parts = output.parts();
        scheme.decoder(request.shape(), dtype).decode(parts, new int[parts.length], 0, (int) elements, values, PADDING);
        results.put(prefix + "whole, decoded", littleEndian(values));
    }

    /** Pieces one after the other, of an odd number of units at first, from floats where the elements are floats. */
    private static void pieces(
            Scheme scheme, EncodeRequest request, byte[] stored, String prefix, Map<String, byte[]> results)
            throws IOException {
        ElementSource source = stored(request, stored);
        if (request.dtype() == DataType.F32) {
            float[] values = new float[PADDING + stored.length / Float.BYTES];
            ByteBuffer.wrap(stored)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values, PADDING, values.length - PADDING);
            source = ElementSource.ofFloats(values, PADDING, 0);
        }
        Output output = new Output(scheme, request, source);
        long elements = request.shape().elements();
        long unit = output.encoder.tileUnit();
        long at = 0;
        for (int units = 1; units <= 5 && elements - at > units * unit; units += 2) {
            output.encode(at, units * unit, null);
            at += units * unit;
        }
        output.encode(at, elements - at, null);
        output.report(prefix + "pieces, ", results);
    }

    /** A range that is encoded apart, where the scheme lets one be, and that does not begin the tensor. */
    private static void secondRange(
            Scheme scheme, EncodeRequest request, byte[] stored, String prefix, Map<String, byte[]> results)
            throws IOException {
        long elements = request.shape().elements();
        long unit = scheme.unit(request.shape());
        if (unit >= elements) {
            return;
        }
        Output output = new Output(scheme, request, stored(request, stored));
        long start = elements / unit / 2 * unit;
        output.encode(start, elements - start, new ErrorStatistics());
        output.report(prefix + "from " + start + ", ", results);
    }

    private static ElementSource stored(EncodeRequest request, byte[] stored) {
        DataType dtype = request.dtype();
        return (start, count, tile) -> tile.setStored(dtype, stored, (int) start * dtype.bytes(), count);
    }

    /** Bit by bit, but every NaN is the same. */
    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putInt(Float.floatToIntBits(value));
        }
        return bytes.array();
    }

    private static final class Output {
        private final List<PartSpec> specs;
        private final PartBuffers buffers;
        private final ElementSource source;
        final RangeEncoder encoder;

        Output(Scheme scheme, EncodeRequest request, ElementSource source) throws IOException {
            this.source = source;
            specs = scheme.parts(request.shape(), request.dtype());
            buffers = new PartBuffers(specs.size());
            encoder = new RangeEncoder(scheme, request);
            if (encoder.needsSurvey()) {
                encoder.survey(source);
            }
        }

        void encode(long start, long count, ErrorStatistics quality) throws IOException {
            encoder.encode(source, new ElementRange(start, count), buffers, quality);
        }

        byte[][] parts() {
            byte[][] parts = new byte[specs.size()][];
            Arrays.setAll(parts, buffers::toByteArray);
            return parts;
        }

        void report(String prefix, Map<String, byte[]> results) {
            byte[][] parts = parts();
            for (int part = 0; part < parts.length; part++) {
                results.put(prefix + specs.get(part).suffix(), parts[part]);
            }
            results.put(prefix + "replaced", new byte[] {(byte) encoder.replaced(), (byte) (encoder.replaced() >> 8)});
        }
    }
}
