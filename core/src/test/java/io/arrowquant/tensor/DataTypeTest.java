package io.arrowquant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DataTypeTest {
    @ParameterizedTest
    @EnumSource
    void everyTypeIsFoundByItsName(DataType type) {
        assertThat(DataType.find(type.name())).isSameAs(type);
        assertThat(DataType.of(type.name())).isSameAs(type);
        assertThat(type.byteLength(8)).isEqualTo(type.bits());
        assertThat(type.isFloatingPoint() && !type.isReadableAsFloat()).isFalse();
    }

    @Test
    void unknownNamesAreRefusedWithTheNearest() {
        assertThat(DataType.find("bf16")).isNull();
        assertThat(DataType.find(null)).isNull();
        assertThatThrownBy(() -> DataType.of("BF61"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("Unknown dtype 'BF61'. Did you mean 'BF16'? Known: BOOL, F4, ");
    }

    @Test
    void sizes() {
        assertThat(DataType.BF16.bytes()).isEqualTo(2);
        assertThat(DataType.F4.byteLength(6)).isEqualTo(3);
        assertThat(DataType.F6_E2M3.byteLength(4)).isEqualTo(3);
        assertThatThrownBy(DataType.F4::bytes)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("F4");
        assertThatThrownBy(() -> DataType.F4.byteLength(3))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("3 elements of F4 do not fill whole bytes");
        assertThatThrownBy(() -> DataType.F64.byteLength(1L << 60)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void whatCountsAsWeights() {
        assertThat(DataType.F8_E4M3.isFloatingPoint()).isTrue();
        assertThat(DataType.I8.isFloatingPoint()).isFalse();
        assertThat(DataType.I8.isReadableAsFloat()).isTrue();
        assertThat(DataType.BOOL.isReadableAsFloat()).isFalse();
        assertThat(DataType.F8_E8M0.isReadableAsFloat()).isFalse();
    }
}
