package io.arrowquant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TensorDescriptionTest {
    @ParameterizedTest
    @EnumSource(DataType.class)
    void typesAreFoundByTheirName(DataType type) {
        assertThat(DataType.of(type.name())).isEqualTo(type);
        assertThat(DataType.find(type.name().toLowerCase(java.util.Locale.ROOT)))
                .isNull();
    }

    @Test
    void unknownTypeSuggestsTheNearest() {
        assertThatThrownBy(() -> DataType.of("BF61"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Did you mean 'BF16'?");
    }

    @ParameterizedTest
    @CsvSource({"F4,4,2", "F6_E2M3,4,3", "BF16,3,6", "C64,2,16", "BOOL,5,5", "F32,0,0"})
    void elementsTakeWholeBytes(DataType type, long elements, long bytes) {
        assertThat(type.byteLength(elements)).isEqualTo(bytes);
    }

    @Test
    void lengthsThatAreNoWholeBytesOrTooLongAreErrors() {
        assertThatThrownBy(() -> DataType.F4.byteLength(3)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> DataType.F64.byteLength(Long.MAX_VALUE)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(DataType.F4::bytes).isInstanceOf(IllegalStateException.class);
        assertThat(DataType.I32.bytes()).isEqualTo(4);
    }

    @Test
    void typesKnowWhatTheirValuesMean() {
        assertThat(DataType.BF16.isFloatingPoint()).isTrue();
        assertThat(DataType.I8.isFloatingPoint()).isFalse();
        assertThat(DataType.I8.isReadableAsFloat()).isTrue();
        assertThat(DataType.F8_E8M0.isReadableAsFloat()).isFalse();
    }

    @Test
    void shapeCountsRowsAndColumns() {
        Shape shape = Shape.of(2, 3, 5);

        assertThat(shape.elements()).isEqualTo(30);
        assertThat(shape.rows()).isEqualTo(6);
        assertThat(shape.columns()).isEqualTo(5);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.dimension(1)).isEqualTo(3);
        assertThat(shape).hasToString("[2, 3, 5]").isEqualTo(Shape.of(2, 3, 5)).hasSameHashCodeAs(Shape.of(2, 3, 5));
        assertThat(shape).isNotEqualTo(Shape.of(30));
    }

    @Test
    void shapeKeepsItsDimensionsToItself() {
        long[] given = {4, 4};
        Shape shape = Shape.of(given);
        given[0] = 9;
        shape.toArray()[1] = 9;

        assertThat(shape.toArray()).containsExactly(4, 4);
    }

    @Test
    void scalarAndEmptyShapes() {
        assertThat(Shape.of().elements()).isEqualTo(1);
        assertThat(Shape.of().columns()).isEqualTo(1);
        assertThat(Shape.of().rows()).isEqualTo(1);
        assertThat(Shape.of(3, 0).elements()).isZero();
        assertThat(Shape.of(3, 0).rows()).isZero();
        assertThat(Shape.of(Long.MAX_VALUE, 2, 0).elements()).isZero();
    }

    @Test
    void impossibleShapesAreErrors() {
        assertThatThrownBy(() -> Shape.of(2, -1)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void rangesKnowTheirBytes() {
        ElementRange range = new ElementRange(8, 4);

        assertThat(range.end()).isEqualTo(12);
        assertThat(range.byteStart(DataType.BF16)).isEqualTo(16);
        assertThat(range.byteLength(DataType.BF16)).isEqualTo(8);
        assertThat(range.byteStart(DataType.F4)).isEqualTo(4);
    }

    @Test
    void impossibleRangesAreErrors() {
        assertThatThrownBy(() -> new ElementRange(-1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ElementRange(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ElementRange(Long.MAX_VALUE, 1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void tensorHasTheElementsOfItsShape() {
        assertThat(new TensorInfo("w", DataType.F32, Shape.of(2, 2), 0, 16).elements())
                .isEqualTo(4);
    }
}
