package io.arrowquant.spark.job;

import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.convert.KernelWarmUp;
import io.arrowquant.tensor.DataType;
import java.io.File;
import java.net.URI;

/**
 * Has the kernels of a request compiled while headers are read and Spark starts, where tasks will run in this process and
 * a glance at the input shows that they have something to do. A guess, which may cost some time but nothing else: most
 * models are in bfloat16, and for one that is not, or lies elsewhere, the first task starts the warm-up.
 */
final class EarlyWarmUp {
    private EarlyWarmUp() {}

    static void begin(QuantizeRequest request) {
        if (request.recipe().effectiveLayout().isForRuntimes()
                && Sessions.tasksRunHere()
                && localBytes(request.input()) >= KernelWarmUp.WORTH_IT_BYTES) {
            KernelWarmUp.start(SchemeCatalog.parse(request.recipe().scheme()), DataType.BF16, request.quality());
        }
    }

    /** Bytes of a file, or of the files in a directory, of this machine; zero for all other inputs. */
    static long localBytes(String input) {
        File place = localPlace(input);
        File[] files = place == null ? null : place.listFiles();
        if (files == null) {
            return place == null ? 0 : place.length();
        }
        long bytes = 0;
        for (File file : files) {
            bytes += file.length();
        }
        return bytes;
    }

    private static File localPlace(String input) {
        if (input.indexOf(':') < 0) {
            return new File(input);
        }
        try {
            return input.startsWith("file:") ? new File(URI.create(input).getPath()) : null;
        } catch (IllegalArgumentException notAnAddress) {
            // Spaces, for instance, which Hadoop takes.
            return null;
        }
    }
}
