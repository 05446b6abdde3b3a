package io.arrowquant.safetensors;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.TensorInfo;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Writes whole safetensors files, front to back, holding none of the data. */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /**
     * Writes the tensors in the reference writer's order, whatever order they are given in: the bytes equal those of
     * the reference writer. {@code metadata} may be null for none. The stream is not closed.
     */
    public static SafetensorsLayout write(OutputStream out, Map<String, String> metadata, List<TensorSource> tensors)
            throws IOException {
        List<TensorSource> ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparing(TensorSource::spec, SafetensorsLayout.REFERENCE_ORDER));
        List<TensorSpec> specs = new ArrayList<>(ordered.size());
        for (TensorSource source : ordered) {
            specs.add(source.spec());
        }
        SafetensorsLayout layout = SafetensorsLayout.of(metadata, specs);
        out.write(layout.header());
        for (int i = 0; i < ordered.size(); i++) {
            writeTensor(out, layout.tensors().get(i), ordered.get(i).data());
        }
        return layout;
    }

    /** Writes one tensor of a layout, whose turn it must be; a wrong number of bytes is an error that names it. */
    public static void writeTensor(OutputStream out, TensorInfo tensor, TensorSource.Data data) throws IOException {
        CountedStream counted = new CountedStream(out, tensor);
        data.writeTo(counted);
        counted.requireComplete();
    }

    /** Refuses the first byte too many, before it lands in the next tensor's place. */
    private static final class CountedStream extends FilterOutputStream {
        private final TensorInfo tensor;
        private long written;

        CountedStream(OutputStream out, TensorInfo tensor) {
            super(out);
            this.tensor = tensor;
        }

        @Override
        public void write(int b) throws IOException {
            count(1);
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            count(length);
            out.write(bytes, offset, length);
        }

        /** The file goes on after this tensor. */
        @Override
        public void close() throws IOException {
            flush();
        }

        private void count(int length) {
            if (length > tensor.byteLength() - written) {
                throw mismatch("at least " + (written + length));
            }
            written += length;
        }

        void requireComplete() {
            if (written != tensor.byteLength()) {
                throw mismatch("only " + written);
            }
        }

        private InvalidRequestException mismatch(String given) {
            return new InvalidRequestException(
                    "Tensor '" + Printable.text(tensor.name()) + "' of type " + tensor.dtype() + " and shape "
                            + tensor.shape() + " takes " + tensor.byteLength() + " bytes, but was given " + given,
                    "Check that its data, dtype and shape belong together");
        }
    }
}
