package io.arrowquant.source;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** GPTQ and AWQ: {@code X.qweight}, {@code X.qzeros}, {@code X.scales} and, of GPTQ, {@code X.g_idx}. */
final class WordFinder implements Finder {
    private final Siblings siblings;
    private final DataType dtype;
    private final boolean awq;
    private final int bits;
    private final int zeroPointOffset;

    /** {@code bits} is what the config says; GPTQ's may differ from module to module, which {@code g_idx} tells. */
    WordFinder(Siblings siblings, DataType dtype, boolean awq, int bits, int zeroPointOffset) {
        this.siblings = siblings;
        this.dtype = dtype;
        this.awq = awq;
        this.bits = bits;
        this.zeroPointOffset = zeroPointOffset;
    }

    @Override
    public QuantizedTensor find(CheckpointTensor tensor) {
        String module = Finder.moduleOf(tensor.name(), ".qweight");
        if (module == null) {
            return null;
        }
        Shape words = tensor.info().shape();
        if (words.rank() != 2 || tensor.info().dtype() != DataType.I32 || words.elements() == 0) {
            throw Siblings.malformed(tensor, "it is no matrix of I32 words");
        }
        CheckpointTensor zeroPoints = siblings.require(tensor, module, "qzeros");
        CheckpointTensor scales = siblings.require(tensor, module, "scales");
        CheckpointTensor groups = awq ? null : siblings.find(module, "g_idx");
        int width = groups == null ? bits : widthOf(tensor, words, groups);
        requireWidth(tensor, width);
        int perWord = Integer.SIZE / width;
        long rows = awq ? words.columns() * perWord : words.columns();
        long columns = awq ? words.rows() : words.rows() * perWord;
        long groupCount = scales.info().shape().elements() / Math.max(1, rows);
        if (groupCount == 0 || (columns % groupCount != 0 && groups == null)) {
            throw Siblings.malformed(
                    scales, "it has " + scales.info().shape() + " scales for a matrix of " + rows + " by " + columns);
        }
        Siblings.requireForm(scales, Shape.of(groupCount, rows), DataType.F16, DataType.BF16, DataType.F32);
        Siblings.requireForm(zeroPoints, Shape.of(groupCount, rows / perWord), DataType.I32);
        List<CheckpointTensor> parts = new ArrayList<>(List.of(tensor, zeroPoints, scales));
        if (groups != null) {
            Siblings.requireForm(groups, Shape.of(columns), DataType.I32);
            parts.add(groups);
        }
        long group = (columns + groupCount - 1) / groupCount;
        WordDecoding decoding = new WordDecoding(awq, width, zeroPointOffset, group);
        return new QuantizedTensor(module + ".weight", dtype, Shape.of(rows, columns), parts, decoding);
    }

    private static int widthOf(CheckpointTensor tensor, Shape words, CheckpointTensor groups) {
        long columns = groups.info().elements();
        long width = columns == 0 ? 0 : words.rows() * Integer.SIZE / columns;
        if (width * columns != words.rows() * Integer.SIZE) {
            throw Siblings.malformed(
                    tensor, "its " + words.rows() + " rows of words do not hold " + columns + " columns");
        }
        return (int) width;
    }

    private void requireWidth(CheckpointTensor tensor, int width) {
        boolean known = awq ? width == 4 : width == 2 || width == 4 || width == 8;
        if (!known) {
            throw new InvalidRequestException(
                    "Tensor " + tensor.name() + " has codes of " + width + " bits, which are not decoded for "
                            + (awq ? "AWQ" : "GPTQ"),
                    "Quantize the original weights instead");
        }
    }

    @Override
    public boolean isAside(String name) {
        return false;
    }
}
