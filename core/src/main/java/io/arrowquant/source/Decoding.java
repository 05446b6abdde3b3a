package io.arrowquant.source;

import java.io.Serializable;

/** How the parts of one tensor become values again: what travels to the task that decodes. */
interface Decoding extends Serializable {
    /** The scheme that makes such parts, as the catalog calls it. */
    String spelling();

    RowDecoder open(QuantizedTensor tensor, PartReader reader);
}
