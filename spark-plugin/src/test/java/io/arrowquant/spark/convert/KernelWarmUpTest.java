package io.arrowquant.spark.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class KernelWarmUpTest {
    private static final Scheme W4A16 = SchemeCatalog.parse("W4A16");

    private static ConvertFile file(Scheme scheme, long rows) {
        TensorInfo tensor =
                new TensorInfo("w.weight", DataType.BF16, Shape.of(rows, 4096), 0, rows * 4096 * Short.BYTES);
        ConvertTensor work = new ConvertTensor(0, tensor, "w", scheme, null, null);
        return new ConvertFile(0, 0, List.of(), List.of(work), NonFinite.ERROR, false);
    }

    private static long millis(Runnable work) {
        long begin = System.nanoTime();
        work.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    @Test
    void largeFilesWaitForTheirKernelsOnce() {
        file(W4A16, 100_000).awaitKernels();

        assertThat(millis(() -> file(W4A16, 100_000).awaitKernels())).isLessThan(1_000);
        assertThat(KernelWarmUp.isStarted(W4A16, DataType.BF16, false)).isTrue();
    }

    @Test
    void smallFilesAndCopiesWaitForNothing() {
        Scheme scheme = SchemeCatalog.parse("W8A16");

        file(scheme, 16).awaitKernels();
        file(null, 100_000).awaitKernels();

        assertThat(KernelWarmUp.isStarted(scheme, DataType.BF16, false)).isFalse();
    }

    @Test
    void anInterruptedTaskGoesOn() {
        Thread.currentThread().interrupt();

        KernelWarmUp.await(SchemeCatalog.parse("W2A16"), DataType.BF16, false);

        assertThat(Thread.interrupted()).isTrue();
    }
}
