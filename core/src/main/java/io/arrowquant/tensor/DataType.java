package io.arrowquant.tensor;

import io.arrowquant.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The element types a safetensors file can hold, named as the files name them. The order matters: the reference writer
 * lays tensors out by this order, last first, so that wider types come first.
 */
public enum DataType {
    BOOL(8),
    F4(4),
    F6_E2M3(6),
    F6_E3M2(6),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    private static final Map<String, DataType> BY_NAME = new HashMap<>();
    private static final List<String> NAMES = new ArrayList<>();

    static {
        for (DataType type : values()) {
            BY_NAME.put(type.name(), type);
            NAMES.add(type.name());
        }
    }

    private final int bits;

    DataType(int bits) {
        this.bits = bits;
    }

    /** The type with exactly this name, or null. */
    public static DataType find(String name) {
        return BY_NAME.get(name);
    }

    /** The type with exactly this name; an unknown one is an error that suggests the nearest. */
    public static DataType of(String name) {
        DataType type = find(name);
        if (type == null) {
            throw InvalidRequestException.unknown("dtype", name, NAMES);
        }
        return type;
    }

    public int bits() {
        return bits;
    }

    /** Bytes of one element; only for types of whole bytes. */
    public int bytes() {
        if (bits % 8 != 0) {
            throw new IllegalStateException(name() + " elements are not whole bytes");
        }
        return bits / 8;
    }

    /** True for the types that hold weights as training leaves them and that schemes accept as input. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case F16, BF16, F32, F64, F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ -> true;
            default -> false;
        };
    }

    /** True when every value has a meaning as one float: not for booleans, complex, sub-byte and scale types. */
    public boolean isReadableAsFloat() {
        return switch (this) {
            case BOOL, C64, F4, F6_E2M3, F6_E3M2, F8_E8M0 -> false;
            default -> true;
        };
    }

    /** Bytes that {@code elements} elements take. They must fill whole bytes; overflow is an ArithmeticException. */
    public long byteLength(long elements) {
        long totalBits = Math.multiplyExact(elements, (long) bits);
        if (totalBits % 8 != 0) {
            throw new ArithmeticException(elements + " elements of " + name() + " do not fill whole bytes");
        }
        return totalBits / 8;
    }
}
