package io.arrowquant.scheme.compressed;

/**
 * Walks over a range of elements, run by run: a run is what lies in one slice without a gap. Only the beginning of a range
 * is found by division; groups may be as short as sixteen elements.
 */
final class SliceCursor {
    private final Slices slices;
    private final long across;
    private long row;
    private long column;
    private long band;
    private long rowInBand;
    private long acrossIndex;
    private int left;
    private int done;
    private int length;

    SliceCursor(Slices slices) {
        this.slices = slices;
        this.across = slices.across();
    }

    /** Goes to before the first of {@code count} elements. */
    SliceCursor begin(long element, int count) {
        row = element / slices.columns();
        column = element - row * slices.columns();
        band = row / slices.height();
        rowInBand = row - band * slices.height();
        acrossIndex = column / slices.width();
        left = count;
        done = 0;
        length = 0;
        return this;
    }

    /** Goes to the next run; false when there is none. */
    boolean next() {
        done += length;
        advance();
        if (left == 0) {
            return false;
        }
        long rest = slices.width() < slices.columns()
                ? Math.min((acrossIndex + 1) * slices.width(), slices.columns()) - column
                : (slices.height() - rowInBand) * slices.columns() - column;
        length = (int) Math.min(rest, left);
        left -= length;
        return true;
    }

    private void advance() {
        if (length == 0) {
            return;
        }
        if (slices.width() < slices.columns()) {
            column += length;
            acrossIndex++;
            if (column == slices.columns()) {
                column = 0;
                acrossIndex = 0;
                row++;
                rowInBand++;
            }
        } else {
            // Only the last run can end before its slice does, and after that one it does not matter.
            row += slices.height() - rowInBand;
            rowInBand = slices.height();
            column = 0;
        }
        if (rowInBand == slices.height()) {
            rowInBand = 0;
            band++;
        }
    }

    /** Elements before this run. */
    int done() {
        return done;
    }

    int length() {
        return length;
    }

    long slice() {
        return band * across + acrossIndex;
    }

    /** The place of the slice among those beside it. */
    int acrossIndex() {
        return (int) acrossIndex;
    }

    long row() {
        return row;
    }

    /** True when the run begins with the first element of its slice. */
    boolean beginsSlice() {
        return rowInBand == 0 && column == acrossIndex * slices.width();
    }
}
