package io.arrowquant.arrow;

import io.arrowquant.kernel.Tile;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartBuffers;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.tensor.ElementRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.arrow.memory.util.MemoryUtil;

/** Encodes pieces of layers, one after the other, into memory that is there already. One for each thread. */
final class PieceEncoder {
    /** Elements after which what was made is moved out of the Java heap, which so holds little. */
    private static final int STEP = 4 * Tile.ELEMENTS;

    private static final int DATA = 0;
    private static final int SCALES = 1;
    private static final int ZERO_POINTS = 2;

    /** Bytes of parts that are not kept for the next call. */
    private static final int TOO_MUCH_TO_KEEP = 1 << 20;

    /** What a thread uses again in its next call: small calls would otherwise be mostly about new memory. */
    private static final class Scratch {
        private final NativeElements elements = new NativeElements();
        private PartBuffers parts = new PartBuffers(1);
    }

    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final NonFinite nonFinite;
    private final ControlBlock control;
    private final Scratch scratch = SCRATCH.get();
    private final NativeElements elements = scratch.elements;
    private PartBuffers parts = scratch.parts;

    PieceEncoder(NonFinite nonFinite, ControlBlock control) {
        this.nonFinite = nonFinite;
        this.control = control;
    }

    /** Where a piece's bytes go: addresses and how much room there is. */
    record Slot(long data, long dataLength, long scales, long zeroPoints, long scalesLength) {}

    /**
     * Encodes a piece into its slot; a null slot only measures. What has no slot of its own, {@code extra} takes.
     *
     * @return values replaced because they were NaN or infinite
     */
    long encode(LayerPlan plan, long begin, long end, Slot slot, ErrorStatistics errors, byte[][] extra) {
        if (plan.isKept()) {
            copy(plan.layer, begin, end, slot);
            return 0;
        }
        RangeEncoder encoder = plan.encoder(nonFinite);
        elements.of(plan.layer);
        int count = plan.specs().size();
        parts = parts.parts() == count ? parts : new PartBuffers(count);
        parts.clear();
        try {
            if (encoder.needsSurvey()) {
                encoder.survey(elements);
            }
            return encode(plan, encoder, begin, end, slot, errors, extra);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        } finally {
            elements.forget();
            scratch.parts = isSmall(parts) ? parts : new PartBuffers(1);
        }
    }

    private long encode(
            LayerPlan plan,
            RangeEncoder encoder,
            long begin,
            long end,
            Slot slot,
            ErrorStatistics errors,
            byte[][] extra)
            throws IOException {
        long unit = encoder.tileUnit();
        long step = unit >= STEP ? unit : STEP / unit * unit;
        long[] written = new long[parts.parts()];
        for (long at = begin; at < end; at += step) {
            control.checkCancelled();
            encoder.encode(elements, new ElementRange(at, Math.min(step, end - at)), parts, errors);
            if (slot == null) {
                parts.clear();
            } else {
                move(plan, slot, written);
            }
        }
        if (slot != null) {
            if (written[DATA] != slot.dataLength()) {
                throw new IllegalStateException("scheme " + plan.scheme().spelling() + " made " + written[DATA]
                        + " bytes of data where it announced " + slot.dataLength());
            }
            for (int part = 1; part < parts.parts() && extra != null; part++) {
                extra[part] = parts.toByteArray(part);
            }
        }
        parts.clear();
        return encoder.replaced();
    }

    private static boolean isSmall(PartBuffers parts) {
        for (byte[] part : parts.arrays()) {
            if (part.length > TOO_MUCH_TO_KEEP) {
                return false;
            }
        }
        return true;
    }

    private void move(LayerPlan plan, Slot slot, long[] written) {
        move(DATA, slot.data(), slot.dataLength(), written);
        if (plan.hasScaleColumns()) {
            move(SCALES, slot.scales(), slot.scalesLength(), written);
            move(ZERO_POINTS, slot.zeroPoints(), slot.scalesLength(), written);
        }
    }

    private void move(int part, long address, long room, long[] written) {
        int length = parts.length(part);
        if (length > room - written[part]) {
            throw new IllegalStateException("part " + part + " is longer than announced");
        }
        if (length > 0) {
            MemoryUtil.copyToMemory(parts.array(part), 0, address + written[part], length);
            written[part] += length;
            parts.removeFirst(part, length);
        }
    }

    private static void copy(Layer layer, long begin, long end, Slot slot) {
        if (slot != null && end > begin) {
            long from = layer.type().byteLength(begin);
            MemoryUtil.copyMemory(
                    layer.address() + from, slot.data(), layer.type().byteLength(end - begin));
        }
    }

    /** An array of extra parts for one layer. */
    static byte[][] extraOf(LayerPlan plan) {
        byte[][] extra = new byte[plan.specs().size()][];
        Arrays.fill(extra, new byte[0]);
        return extra;
    }
}
