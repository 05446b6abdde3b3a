package io.arrowquant.scheme;

import java.util.Arrays;

/**
 * A sum in float32, added in the order in which PyTorch adds a contiguous row on one thread: eight lanes, four
 * accumulators each, and a cascade of four levels. Rows of 16-bit numbers are taken in pairs of lanes. The values may
 * come one by one; only their number must be known before.
 */
public final class TorchSum {
    private static final int LANES = 8;
    private static final int ACCUMULATORS = 4;
    private static final int LEVELS = 4;
    private static final int SMALLEST_LEVEL_POWER = 4;
    private static final int WIDTH = LANES * ACCUMULATORS;

    private final int lanesTogether;
    private final float[] levels = new float[LEVELS * WIDTH];
    private final float[] pending;
    private int pendingCount;
    private int levelPower;
    private long rows;

    /** {@code lanesTogether} vectors of eight are added before anything else: 1 for float32, 2 for 16-bit numbers. */
    public TorchSum(int lanesTogether) {
        this.lanesTogether = lanesTogether;
        this.pending = new float[WIDTH * lanesTogether];
    }

    /** Starts a sum of {@code count} values. */
    public void begin(long count) {
        Arrays.fill(levels, 0f);
        pendingCount = 0;
        rows = 0;
        levelPower = Math.max(SMALLEST_LEVEL_POWER, ceilingLog2(count / pending.length) / LEVELS);
    }

    public void add(float value) {
        pending[pendingCount++] = value;
        if (pendingCount == pending.length) {
            addRow();
        }
    }

    public float of(float[] values, int count) {
        begin(count);
        for (int i = 0; i < count; i++) {
            add(values[i]);
        }
        return total();
    }

    private void addRow() {
        for (int accumulator = 0; accumulator < ACCUMULATORS; accumulator++) {
            addVector(accumulator, accumulator * LANES);
        }
        pendingCount = 0;
        rows++;
        int mask = (1 << levelPower) - 1;
        if ((rows & mask) != 0) {
            return;
        }
        for (int level = 1; level < LEVELS; level++) {
            carry(level);
            if ((rows & ((long) mask << (level * levelPower))) != 0) {
                break;
            }
        }
    }

    /** Adds one of the pending vectors to an accumulator. */
    private void addVector(int vector, int at) {
        int begin = vector * LANES * lanesTogether;
        for (int lane = 0; lane < LANES; lane++) {
            float value = pending[begin + lane];
            if (lanesTogether == 2) {
                value += pending[begin + LANES + lane];
            }
            levels[at + lane] += value;
        }
    }

    /** Adds a level to the next and clears it. */
    private void carry(int level) {
        for (int i = 0; i < WIDTH; i++) {
            levels[level * WIDTH + i] += levels[(level - 1) * WIDTH + i];
            levels[(level - 1) * WIDTH + i] = 0f;
        }
    }

    /** The sum of all values; ends it. */
    public float total() {
        if (rows == 0 && pendingCount < LANES * lanesTogether) {
            return totalOfFew();
        }
        for (int level = 1; level < LEVELS; level++) {
            for (int i = 0; i < WIDTH; i++) {
                levels[i] += levels[level * WIDTH + i];
            }
        }
        int vectors = pendingCount / (LANES * lanesTogether);
        for (int vector = 0; vector < vectors; vector++) {
            addVector(vector, 0);
        }
        float total = 0f;
        for (int i = vectors * LANES * lanesTogether; i < pendingCount; i++) {
            total += pending[i];
        }
        for (int lane = 0; lane < LANES; lane++) {
            float sum = levels[lane];
            for (int accumulator = 1; accumulator < ACCUMULATORS; accumulator++) {
                sum += levels[accumulator * LANES + lane];
            }
            total += sum;
        }
        return total;
    }

    /** Fewer values than a vector holds: four accumulators of one number each, and what is left goes to the first. */
    private float totalOfFew() {
        int whole = pendingCount - pendingCount % ACCUMULATORS;
        for (int i = 0; i < pendingCount; i++) {
            levels[i < whole ? i % ACCUMULATORS : 0] += pending[i];
        }
        float total = levels[0];
        for (int accumulator = 1; accumulator < ACCUMULATORS; accumulator++) {
            total += levels[accumulator];
        }
        return total;
    }

    private static int ceilingLog2(long value) {
        return value <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(value - 1);
    }
}
