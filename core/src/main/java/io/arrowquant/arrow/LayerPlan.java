package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.LayerErrors;
import io.arrowquant.quality.ErrorStatistics;
import io.arrowquant.scheme.EncodeRequest;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.PartSpec;
import io.arrowquant.scheme.RangeEncoder;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.ElementRange;
import java.util.ArrayList;
import java.util.List;

/** A layer, the scheme it gets, and where its output goes. Changed by the thread that coordinates, never by workers. */
final class LayerPlan {
    private static final int SCALES = 1;

    /** Elements of a piece of a large layer, about: enough to be worth a thread, few enough to keep all threads busy. */
    static final int PIECE = 1 << 18;

    final Layer layer;
    private final LayerChoice choice;
    private int candidate;
    private int first;
    private List<PartSpec> specs = List.of();
    private int groupSize;

    /** Errors of the layer as it was encoded last, when they are measured. */
    ErrorStatistics errors;

    long replaced;

    private boolean given;
    private boolean announced;

    /** Bytes before this layer's in the output, for its data and for its scales. */
    long dataAt;

    long scalesAt;

    /** Parts that are neither data nor scales, by suffix, once the layer is encoded. */
    byte[][] extraParts;

    LayerPlan(Layer layer, LayerChoice choice) {
        this.layer = layer;
        this.choice = choice;
        choose(0);
    }

    LayerChoice choice() {
        return choice;
    }

    boolean isKept() {
        return given || choice.isKept();
    }

    /** Keeps the layer as it is stored: no candidate came out well enough. */
    void giveUp() {
        given = true;
        specs = List.of();
        groupSize = 0;
    }

    /** The scheme, or null when the layer is kept. */
    Scheme scheme() {
        return isKept() ? null : choice.candidates().get(candidate);
    }

    boolean hasNextCandidate() {
        return candidate + 1 < choice.candidates().size();
    }

    /** Schemes that were tried. */
    int attempts() {
        return 1 + candidate - first + (given ? 1 : 0);
    }

    /** Candidates from here on count as attempts: what a budget chose was not tried and found wanting. */
    void startHere() {
        first = given ? candidate + 1 : candidate;
    }

    int candidate() {
        return candidate;
    }

    /** Takes one of the candidates; refuses one that cannot take this layer's shape. */
    void choose(int index) {
        candidate = index;
        if (isKept()) {
            return;
        }
        Scheme scheme = scheme();
        try {
            if (!layer.type().isReadableAsFloat()) {
                throw new InvalidRequestException(
                        layer.type() + " elements cannot be read as numbers", "Skip the layer");
            }
            scheme.check(layer.shape());
            specs = scheme.parts(layer.shape(), layer.type());
            long size = scheme.groupSize(layer.shape());
            if (size != (int) size) {
                throw new InvalidRequestException(
                        "groups of " + size + " elements (scheme " + scheme.spelling()
                                + ") do not fit the int group_size",
                        "Use groups of at most " + Integer.MAX_VALUE + " elements");
            }
            groupSize = (int) size;
        } catch (InvalidRequestException unfit) {
            throw LayerErrors.named(layer.name(), unfit);
        }
    }

    /** True for the first who asks: a layer that is encoded again is not done twice. */
    boolean announce() {
        boolean first = !announced;
        announced = true;
        return first;
    }

    int bitWidth() {
        return isKept() ? layer.type().bits() : scheme().bitWidth();
    }

    /** What the column {@code scheme} says. */
    String label() {
        return isKept() ? layer.type().name() : scheme().label();
    }

    int groupSize() {
        return groupSize;
    }

    List<PartSpec> specs() {
        return specs;
    }

    /** True for schemes whose parts are exactly those that have columns of their own. */
    boolean hasScaleColumns() {
        return PartSpec.areScaleColumns(specs);
    }

    /** True when the decoder must be told the type of the weights. */
    boolean dependsOnSource() {
        return !isKept() && scheme().dependsOnSource() && layer.type() != DataType.F32;
    }

    long dataBytes() {
        return isKept() ? layer.byteLength() : specs.get(0).byteLength();
    }

    /** Bytes of the scales, which are as many as those of the zero points. */
    long scaleBytes() {
        return hasScaleColumns() ? specs.get(SCALES).byteLength() : 0;
    }

    /** Bytes of everything the scheme makes. */
    long outputBytes() {
        long total = isKept() ? layer.byteLength() : 0;
        for (PartSpec spec : specs) {
            total += spec.byteLength();
        }
        return total;
    }

    RangeEncoder encoder(NonFinite nonFinite) {
        return new RangeEncoder(scheme(), new EncodeRequest(layer.name(), layer.type(), layer.shape(), nonFinite));
    }

    /**
     * The elements at which pieces of the layer begin that may be encoded apart, and its end. Layers that need a first
     * pass, and schemes with parts whose places are not known beforehand, are one piece.
     */
    List<Long> cuts() {
        List<Long> cuts = new ArrayList<>(List.of(0L));
        long elements = layer.elements();
        long piece = isKept() ? PIECE : pieceOfScheme();
        for (long at = piece; piece > 0 && elements - at >= piece / 2; at += piece) {
            cuts.add(at);
        }
        cuts.add(elements);
        return cuts;
    }

    private long pieceOfScheme() {
        if (layer.elements() < 2L * PIECE || !(hasScaleColumns() || specs.size() == 1)) {
            return 0;
        }
        long unit = scheme().unit(layer.shape());
        RangeEncoder encoder = encoder(NonFinite.ERROR);
        if (encoder.needsSurvey() || unit >= layer.elements()) {
            return 0;
        }
        // Statistics are the same however they are cut only at multiples of their blocks.
        long step = ElementRange.leastCommonMultiple(
                ElementRange.leastCommonMultiple(unit, encoder.tileUnit()), ErrorStatistics.BLOCK);
        return step > layer.elements() ? 0 : Math.max(1, PIECE / step) * step;
    }
}
