package io.arrowquant.source;

import java.io.Serializable;

/** How the parts of one tensor become values again: what travels to the task that decodes. */
interface Decoding extends Serializable {
    RowDecoder open(QuantizedTensor tensor, PartReader reader);
}
