package io.arrowquant.scheme.compressed;

import io.arrowquant.tensor.DataType;
import java.util.Locale;

/** The formats of compressed-tensors that this family writes: how codes and scales are stored. */
enum Format {
    /** Integer weights alone. */
    PACK_QUANTIZED("weight_packed", DataType.I32, CodePacking.WORDS),
    /** Integer weights for integer activations. */
    INT_QUANTIZED("weight", DataType.I8, CodePacking.SIGNED_BYTES),
    FLOAT_QUANTIZED("weight", DataType.F8_E4M3, CodePacking.BYTES),
    /** Not of compressed-tensors: scales are single floats whatever the weights are, and called inverse. */
    FLOAT_INVERSE_SCALED("weight", DataType.F8_E4M3, CodePacking.BYTES),
    NVFP4_PACK_QUANTIZED("weight_packed", DataType.U8, CodePacking.NIBBLES),
    MXFP4_PACK_QUANTIZED("weight_packed", DataType.U8, CodePacking.NIBBLES),
    MXFP8_QUANTIZED("weight", DataType.F8_E4M3, CodePacking.BYTES);

    final String payload;
    final DataType payloadType;
    final CodePacking packing;

    Format(String payload, DataType payloadType, CodePacking packing) {
        this.payload = payload;
        this.payloadType = payloadType;
        this.packing = packing;
    }

    /** As configs spell it. */
    String configName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean isInteger() {
        return this == PACK_QUANTIZED || this == INT_QUANTIZED;
    }

    String scaleName() {
        return this == FLOAT_INVERSE_SCALED ? "weight_scale_inv" : "weight_scale";
    }

    /** What weights of a stored type are computed in. */
    Precision precision(DataType source) {
        return this == FLOAT_INVERSE_SCALED ? Precision.SINGLE : Precision.of(source);
    }

    /** The type of the scales of weights that are computed in a precision. */
    DataType scaleType(Precision precision) {
        return switch (this) {
            case PACK_QUANTIZED, INT_QUANTIZED, FLOAT_QUANTIZED, FLOAT_INVERSE_SCALED -> precision.dtype;
            case NVFP4_PACK_QUANTIZED -> DataType.F8_E4M3;
            case MXFP4_PACK_QUANTIZED, MXFP8_QUANTIZED -> DataType.U8;
        };
    }
}
