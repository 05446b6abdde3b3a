package io.arrowquant.scheme;

import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.Serializable;
import java.util.List;

/** A way to quantize tensors, with all its parameters fixed. Immutable and cheap to hold. */
public interface Scheme extends Serializable {
    /** The catalog name, e.g. {@code int4}. */
    String name();

    /** The canonical spelling: the name with every parameter that is not at its default. */
    String spelling();

    /** The spelling for tables that show the group size in a column of its own. */
    String label();

    /** Bits of a code. */
    int bitWidth();

    /** Elements that share a scale for a tensor of this shape, or 0 when the whole tensor does. */
    long groupSize(Shape shape);

    /** The tensors this scheme makes of a tensor, main payload first. */
    List<PartSpec> parts(Shape shape);

    /** The tensors made of a tensor of a stored type, for schemes whose scales take the type of the weights. */
    default List<PartSpec> parts(Shape shape, DataType source) {
        return parts(shape);
    }

    /**
     * True when the stored type of a tensor decides what comes out of it, or what that stands for: whoever decodes must
     * then be told the type.
     */
    default boolean dependsOnSource() {
        return false;
    }

    /** Refuses a shape it cannot quantize, with an InvalidRequestException. */
    void check(Shape shape);

    /**
     * Ranges of a tensor may be encoded apart when they start at multiples of this many elements; at least the number
     * of elements when it must be encoded whole.
     */
    long unit(Shape shape);

    /** A first pass over the whole tensor that {@link #encoder} needs, or null when none is. */
    Survey survey(EncodeRequest request);

    /** An encoder for one tensor or range; {@code survey} is what {@link #survey} gave, after its pass, or null. */
    Encoder encoder(EncodeRequest request, Survey survey);

    Decoder decoder(Shape shape);

    /** A decoder of what was made of a tensor of a stored type. */
    default Decoder decoder(Shape shape, DataType source) {
        return decoder(shape);
    }
}
