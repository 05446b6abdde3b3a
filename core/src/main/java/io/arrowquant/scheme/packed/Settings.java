package io.arrowquant.scheme.packed;

import io.arrowquant.tensor.Shape;
import java.io.Serializable;

/** A layout with its parameters. {@code group} columns of a row share a scale. */
record Settings(Layout layout, int bits, int group, boolean symmetric) implements Serializable {
    /** Codes that a word of 32 bits holds. */
    int codesPerWord() {
        return Integer.SIZE / bits;
    }

    long groups(Shape shape) {
        return shape.columns() / group;
    }

    /** Where in the codes the word with the code of an element is, counted in words. */
    long codeWord(Shape shape, long row, long column) {
        return layout == Layout.GPTQ
                ? column / codesPerWord() * shape.rows() + row
                : column * (shape.rows() / codesPerWord()) + row / codesPerWord();
    }

    int codeShift(long row, long column) {
        return layout == Layout.GPTQ ? (int) (column % codesPerWord()) * bits : layout.shift(row, bits);
    }

    /** Where in the zero points the word of a row and group is, counted in words. */
    long zeroPointWord(Shape shape, long row, long groupOfRow) {
        return groupOfRow * (shape.rows() / codesPerWord()) + row / codesPerWord();
    }

    /** Where in the scales the one of a row and group is. */
    long scale(Shape shape, long row, long groupOfRow) {
        return groupOfRow * shape.rows() + row;
    }
}
