package io.arrowquant.safetensors;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Checks that the tensors of a file follow each other from the first data byte to the last: no hole, no overlap. */
final class DataCoverage {
    /** Empty tensors before the one that begins at the same place, or they would seem to overlap it. */
    private static final Comparator<TensorInfo> BY_PLACE = Comparator.comparingLong(TensorInfo::offset)
            .thenComparingLong(TensorInfo::byteLength)
            .thenComparing(TensorInfo::name, Utf8::compare);

    private DataCoverage() {}

    /** Each tensor must be known to lie within the file. */
    static List<TensorInfo> sortedAndChecked(String file, List<TensorInfo> tensors, long dataStart, long fileSize) {
        List<TensorInfo> sorted = new ArrayList<>(tensors);
        sorted.sort(BY_PLACE);
        long covered = dataStart;
        TensorInfo previous = null;
        for (TensorInfo tensor : sorted) {
            if (tensor.offset() != covered) {
                throw gapOrOverlap(file, previous, tensor, covered);
            }
            covered += tensor.byteLength();
            previous = tensor;
        }
        if (covered != fileSize) {
            throw MalformedFileException.at(
                    file,
                    covered,
                    (fileSize - covered) + " bytes at the end of the file belong to no tensor",
                    StrictJson.DAMAGED);
        }
        return sorted;
    }

    private static MalformedFileException gapOrOverlap(
            String file, TensorInfo previous, TensorInfo tensor, long covered) {
        String problem;
        long offset;
        if (tensor.offset() < covered) {
            offset = tensor.offset();
            problem = "its data overlaps that of tensor '" + Printable.text(previous.name()) + "', which ends at byte "
                    + covered;
        } else {
            offset = covered;
            problem = (tensor.offset() - covered) + " bytes before its data belong to no tensor";
        }
        return new MalformedFileException(file, offset, tensor.name(), problem, StrictJson.DAMAGED);
    }
}
