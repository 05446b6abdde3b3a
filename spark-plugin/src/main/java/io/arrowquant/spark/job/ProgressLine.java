package io.arrowquant.spark.job;

import java.util.Locale;

/** How far a job is, in one line. */
final class ProgressLine {
    private final String what;
    private final long totalTensors;
    private final long totalBytes;

    ProgressLine(String what, long totalTensors, long totalBytes) {
        this.what = what;
        this.totalTensors = totalTensors;
        this.totalBytes = totalBytes;
    }

    /** For instance {@code quantize  42 %  120/291 tensors  1.52/3.62 GB  1.31 GB/s  0:02 left}. */
    String at(long tensors, long bytes, double seconds) {
        double share = totalBytes == 0 ? 1 : Math.min(1, (double) bytes / totalBytes);
        double rate = seconds > 0 ? bytes / seconds : 0;
        String left = bytes > 0 && share < 1
                ? "  " + Figures.duration((long) Math.ceil((totalBytes - bytes) / rate)) + " left"
                : "";
        return String.format(
                Locale.ROOT,
                "%s %3d %%  %d/%d tensors  %s/%s GB  %s GB/s%s",
                what,
                (int) (share * 100),
                tensors,
                totalTensors,
                Figures.gigabytes(Math.min(bytes, totalBytes)),
                Figures.gigabytes(totalBytes),
                String.format(Locale.ROOT, "%.2f", rate / 1e9),
                left);
    }
}
