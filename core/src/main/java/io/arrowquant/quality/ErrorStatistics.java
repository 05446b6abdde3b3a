package io.arrowquant.quality;

import io.arrowquant.kernel.Kernels;
import io.arrowquant.kernel.StatisticsKernels;
import io.arrowquant.kernel.Tile;
import io.arrowquant.tensor.DataType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Sums over pairs of original and quantized values, mergeable in any order with the same result. */
public final class ErrorStatistics {
    /** Elements that are summed in double before the sum is added exactly; ranges measured apart are cut at multiples. */
    public static final int BLOCK = 4096;

    private static final int LANES = StatisticsKernels.LANES;

    private final ExactSum original = new ExactSum();
    private final ExactSum quantized = new ExactSum();
    private final ExactSum squaredError = new ExactSum();
    private final double[] lanes = new double[StatisticsKernels.COMPARED_SUMS * LANES];

    private boolean blockOpen;
    private long next;
    private long count;
    private double maxAbsError;

    /**
     * Adds elements that begin at index {@code start} of the tensor. Elements that follow each other may come in any
     * number of pieces; a range must begin at a multiple of {@value #BLOCK} for the result not to depend on the cut.
     */
    public void add(float[] a, int aOffset, float[] b, int bOffset, int elements, long start) {
        add(null, a, aOffset, b, bOffset, elements, start);
    }

    /** The same with the elements of a tile; floats are read as they are stored, with no copy made of them. */
    public void add(Tile tile, float[] b, int bOffset, long start) {
        boolean readsStored = tile.type() == DataType.F32 || tile.type() == DataType.BF16;
        if (tile.isStored() && readsStored) {
            add(tile, null, tile.byteOffset(), b, bOffset, tile.count(), start);
        } else {
            float[] floats = tile.floats();
            add(null, floats, tile.floatOffset(), b, bOffset, tile.count(), start);
        }
    }

    /** The first values are those that a tile stores, with an offset in bytes, or floats; the other of these is null. */
    private void add(Tile stored, float[] a, int aOffset, float[] b, int bOffset, int elements, long start) {
        if (start != next) {
            closeBlock();
        }
        StatisticsKernels kernels = Kernels.get().statistics();
        if (stored != null && stored.type() == DataType.F32 && elements >= 2 * BLOCK) {
            kernels.prepare(stored.bytes(), aOffset, stored.type().bytes() * elements);
        }
        int done = 0;
        while (done < elements) {
            long at = start + done;
            int inBlock = (int) (at % BLOCK);
            int piece = Math.min(elements - done, BLOCK - inBlock);
            int lane = inBlock & (LANES - 1);
            int bAt = bOffset + done;
            double largest;
            if (stored == null) {
                largest = kernels.compare(a, aOffset + done, b, bAt, piece, lane, lanes);
            } else {
                int aAt = aOffset + stored.type().bytes() * done;
                largest = stored.type() == DataType.BF16
                        ? kernels.compareBrain(stored.bytes(), aAt, b, bAt, piece, lane, lanes)
                        : kernels.compareStored(stored.bytes(), aAt, b, bAt, piece, lane, lanes);
            }
            maxAbsError = Math.max(maxAbsError, largest);
            done += piece;
            blockOpen = (inBlock + piece) % BLOCK != 0;
            if (!blockOpen) {
                addLanes();
            }
        }
        count += elements;
        next = start + elements;
    }

    private void closeBlock() {
        if (blockOpen) {
            addLanes();
            blockOpen = false;
        }
    }

    private void addLanes() {
        original.add(LaneSums.total(lanes, 0));
        quantized.add(LaneSums.total(lanes, LANES));
        squaredError.add(LaneSums.total(lanes, 2 * LANES));
        Arrays.fill(lanes, 0);
    }

    public void merge(ErrorStatistics other) {
        closeBlock();
        other.closeBlock();
        original.merge(other.original);
        quantized.merge(other.quantized);
        squaredError.merge(other.squaredError);
        maxAbsError = Math.max(maxAbsError, other.maxAbsError);
        count += other.count;
        next = -1;
    }

    public long count() {
        return count;
    }

    public ErrorSummary summary() {
        closeBlock();
        double signal = original.value();
        double recovered = quantized.value();
        double noise = squaredError.value();
        double cosine;
        if (noise == 0) {
            // Also where both are zero, and free of the rounding below.
            cosine = 1;
        } else if (signal == 0 || recovered == 0) {
            cosine = 0;
        } else {
            // (a - b)^2 = a^2 + b^2 - 2ab. The root of each, since their product can overflow; rounding may lead a hair
            // beyond one.
            double product = (signal + recovered - noise) / 2;
            cosine = Math.max(-1, Math.min(1, product / Math.sqrt(signal) / Math.sqrt(recovered)));
        }
        double snr = noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
        return new ErrorSummary(count, cosine, count == 0 ? 0 : noise / count, maxAbsError, snr);
    }

    /** The state as bytes, to be merged elsewhere. */
    public byte[] toBytes() {
        closeBlock();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(count);
            out.writeDouble(maxAbsError);
            original.write(out);
            quantized.write(out);
            squaredError.write(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    public static ErrorStatistics fromBytes(byte[] bytes) {
        ErrorStatistics statistics = new ErrorStatistics();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            statistics.count = in.readLong();
            statistics.maxAbsError = in.readDouble();
            statistics.original.read(in);
            statistics.quantized.read(in);
            statistics.squaredError.read(in);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
        statistics.next = -1;
        return statistics;
    }
}
