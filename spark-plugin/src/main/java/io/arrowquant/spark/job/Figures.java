package io.arrowquant.spark.job;

import java.util.Locale;

/** Figures as people read them. */
final class Figures {
    private static final double GIGA = 1e9;

    private Figures() {}

    /** 12,345,678. */
    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** In decimal gigabytes, as rates are given. */
    static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, bytes < GIGA / 10 ? "%.3f" : "%.2f", bytes / GIGA);
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
    }

    /** 3:07, or 2:03:07. */
    static String duration(long seconds) {
        long hours = seconds / 3600;
        return hours > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, seconds / 60 % 60, seconds % 60)
                : String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
    }

    static String cosine(double value) {
        return String.format(Locale.ROOT, "%.6f", value);
    }

    static String error(double value) {
        return String.format(Locale.ROOT, "%.3e", value);
    }

    static String decibels(double value) {
        return Double.isInfinite(value) ? "exact" : String.format(Locale.ROOT, "%.2f", value);
    }
}
