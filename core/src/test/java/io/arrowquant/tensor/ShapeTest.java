package io.arrowquant.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void rowsColumnsAndElements() {
        Shape shape = Shape.of(2, 3, 5);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.dimension(1)).isEqualTo(3);
        assertThat(shape.elements()).isEqualTo(30);
        assertThat(shape.columns()).isEqualTo(5);
        assertThat(shape.rows()).isEqualTo(6);
        assertThat(shape).hasToString("[2, 3, 5]");
    }

    @Test
    void aScalarIsOneElement() {
        Shape scalar = Shape.of();
        assertThat(scalar.rank()).isZero();
        assertThat(scalar.elements()).isEqualTo(1);
        assertThat(scalar.rows()).isEqualTo(1);
        assertThat(scalar.columns()).isEqualTo(1);
    }

    @Test
    void anEmptyDimensionEmptiesTheTensor() {
        assertThat(Shape.of(0).elements()).isZero();
        assertThat(Shape.of(3, 0).rows()).isZero();
        assertThat(Shape.of(0, 3).rows()).isZero();
        assertThat(Shape.of(Long.MAX_VALUE, Long.MAX_VALUE, 0).elements()).isZero();
    }

    @Test
    void impossibleDimensionsAreRefused() {
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Shape.of(3, -1))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> Shape.of(0, -1)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void shapesDoNotShareTheirArrays() {
        long[] dimensions = {2, 3};
        Shape shape = Shape.of(dimensions);
        dimensions[0] = 9;
        shape.toArray()[1] = 9;
        assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(shape).isNotEqualTo(Shape.of(6)).isNotEqualTo("[2, 3]");
    }

    @Test
    void shapesTravel() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(Shape.of(4, 5));
        Object back = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(back).isEqualTo(Shape.of(4, 5));
        assertThat(((Shape) back).elements()).isEqualTo(20);
    }
}
