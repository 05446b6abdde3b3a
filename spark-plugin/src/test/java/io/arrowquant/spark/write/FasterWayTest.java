package io.arrowquant.spark.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FasterWayTest {
    private final FasterWay faster = new FasterWay();

    /** Goes so many times, with what each way takes; how often it was the second. */
    private int go(int times, long first, long second) {
        int seconds = 0;
        for (int i = 0; i < times; i++) {
            int way = faster.next();
            seconds += way;
            faster.took(way, way == 0 ? first : second);
        }
        return seconds;
    }

    @Test
    void theFirstWayStaysWhereItIsFasterAndTheOtherIsTriedLessAndLess() {
        assertThat(faster.next()).isZero();
        assertThat(go(100, 10, 20)).isBetween(3, 5);
        assertThat(go(640, 10, 20)).isBetween(8, 10);
    }

    @Test
    void theOtherWayIsTakenWhereItIsFaster() {
        assertThat(go(100, 20, 10)).isGreaterThan(90);
    }

    @Test
    void whatIsFasterMayChange() {
        assertThat(go(300, 10, 20)).isLessThan(12);
        assertThat(go(300, 30, 20)).isGreaterThan(280);
        // The disk has caught up: that is only seen when it is tried.
        assertThat(go(300, 5, 20)).isLessThan(100);
    }

    @Test
    void oneLateTimeIsNoReason() {
        go(50, 10, 20);
        faster.took(0, 40);
        assertThat(go(3, 10, 20)).isZero();
    }
}
