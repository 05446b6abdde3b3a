package io.arrowquant.spark.write;

/**
 * Chooses between two ways of doing the same again and again, by the time they took. The one that is slower is tried less
 * and less often, but never given up: what is faster may change.
 */
final class FasterWay {
    private static final int FIRST_TRIAL = 4;
    private static final int MOST_BETWEEN_TRIALS = 64;

    /** How much the latest time counts. */
    private static final double WEIGHT = 0.25;

    /** A time that is longer than so many before counts as long as that. */
    private static final double MOST_TIMES = 2;

    private final double[] nanos = {Double.NaN, Double.NaN};
    private int best;
    private int betweenTrials = FIRST_TRIAL;
    private int untilTrial = FIRST_TRIAL;

    /** The way to go next, 0 or 1; 0 at first. */
    int next() {
        if (untilTrial > 0) {
            untilTrial--;
            return best;
        }
        betweenTrials = Math.min(2 * betweenTrials, MOST_BETWEEN_TRIALS);
        untilTrial = betweenTrials;
        return 1 - best;
    }

    void took(int way, long time) {
        double before = nanos[way];
        // One that was interrupted says little.
        double counted = Math.min((double) time, MOST_TIMES * before);
        nanos[way] = Double.isNaN(before) ? time : before + WEIGHT * (counted - before);
        if (nanos[1 - best] < nanos[best]) {
            best = 1 - best;
            betweenTrials = FIRST_TRIAL;
            untilTrial = FIRST_TRIAL;
        }
    }
}
