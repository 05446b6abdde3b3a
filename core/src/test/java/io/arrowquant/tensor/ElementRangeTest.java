package io.arrowquant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ElementRangeTest {
    @Test
    void placeAndSizeInBytes() {
        ElementRange range = new ElementRange(10, 6);
        assertThat(range.end()).isEqualTo(16);
        assertThat(range.byteStart(DataType.BF16)).isEqualTo(20);
        assertThat(range.byteLength(DataType.BF16)).isEqualTo(12);
        assertThat(range.byteStart(DataType.F4)).isEqualTo(5);
        assertThatThrownBy(() -> new ElementRange(3, 6).byteStart(DataType.F4)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void impossibleRangesAreRefused() {
        assertThatThrownBy(() -> new ElementRange(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ElementRange(1, -5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ElementRange(Long.MAX_VALUE, 1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aTensorInfoCountsItsElements() {
        TensorInfo info = new TensorInfo("w", DataType.F16, Shape.of(4, 5), 1000, 40);
        assertThat(info.elements()).isEqualTo(20);
    }
}
