package io.arrowquant.error;

/** The values of a layer cannot be quantized as asked. Names the layer, when it is known, and the flat index. */
public final class QuantizationException extends ArrowQuantException {
    private static final long serialVersionUID = 1L;

    /** The index of an error that concerns no single element. */
    public static final long NO_INDEX = -1;

    private final String layer;
    private final long index;
    private final String reason;

    public QuantizationException(String layer, long index, String reason, String remedy) {
        super(subject(layer) + " " + reason + (index == NO_INDEX ? "" : " at index " + index), remedy, null);
        this.layer = layer;
        this.index = index;
        this.reason = reason;
    }

    /** The error of a value that is NaN or infinite. */
    public static QuantizationException nonFinite(String layer, long index, float value) {
        String what = Float.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        return new QuantizationException(
                layer, index, "contains " + what, "Use on_non_finite=clamp to replace such values, or skip the layer");
    }

    /** The layer, or null when the caller did not name it. */
    public String layer() {
        return layer;
    }

    public long index() {
        return index;
    }

    public String reason() {
        return reason;
    }

    private static String subject(String layer) {
        return layer == null ? "The array" : "Layer '" + Printable.text(layer) + "'";
    }
}
