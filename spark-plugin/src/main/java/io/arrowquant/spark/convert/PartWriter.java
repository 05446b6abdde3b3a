package io.arrowquant.spark.convert;

import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.write.PlannedFile;
import java.io.IOException;
import java.util.zip.CRC32C;

/** Writes the bytes of one output tensor to their place, one after the other, and sums them up. */
final class PartWriter {
    private final PlannedFile target;
    private final TaskRecorder recorder;
    private final long position;
    private final CRC32C crc = new CRC32C();
    private long done;

    /** A negative position is that of a tensor whose bytes wait until all lengths are known. */
    PartWriter(PlannedFile target, TaskRecorder recorder, long position) {
        this.target = target;
        this.recorder = recorder;
        this.position = position;
    }

    boolean isLate() {
        return position < 0;
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
        crc.update(bytes, offset, length);
        if (!isLate()) {
            write(target, recorder, position + done, bytes, offset, length);
        }
        done += length;
    }

    static void write(PlannedFile target, TaskRecorder recorder, long position, byte[] bytes, int offset, int length)
            throws IOException {
        long begin = System.nanoTime();
        target.write(position, bytes, offset, length);
        recorder.bytesWritten(length, System.nanoTime() - begin);
    }

    /** Bytes so far. */
    long done() {
        return done;
    }

    int checksum() {
        return (int) crc.getValue();
    }
}
