package io.arrowquant.spark.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.SparkSession;

/**
 * A file system for tests, {@code fail:///path}, that keeps its files on the local disk and fails when told to: for
 * each operation, from the n-th call on a matching path, a number of times, before or after doing what was asked; or
 * does not answer. To the code under test it is a store like any other, without the short cuts there are for local
 * files. One JVM has one set of faults; {@link #reset} clears it.
 */
public final class FailingFileSystem extends RawLocalFileSystem {
    public static final String SCHEME = "fail";

    private static final URI ROOT = URI.create(SCHEME + ":///");
    private static final Map<Operation, Fault> FAULTS = new EnumMap<>(Operation.class);

    /** What can be made to fail. */
    public enum Operation {
        CREATE,
        WRITE,
        CLOSE,
        RENAME,
        DELETE,
        STATUS,
        OPEN
    }

    /** Thrown in place of what a store would throw. */
    public static final class InjectedFailure extends IOException {
        private static final long serialVersionUID = 1L;

        InjectedFailure(Operation operation, Path path) {
            super("injected failure of " + operation + " on " + path);
        }
    }

    /** When a call fails. */
    private enum When {
        AT_ONCE,
        AFTERWARDS,
        INTERRUPTED
    }

    private static final class Fault {
        private final String pathPart;
        private final When when;
        private int callsToPass;
        private int timesToFail;

        private Fault(String pathPart, int nth, int times, When when) {
            this.pathPart = pathPart;
            this.callsToPass = nth - 1;
            this.timesToFail = times;
            this.when = when;
        }
    }

    /** Lets the n-th call (counted from one), and those after it, fail a number of times instead of being done. */
    public static void fail(Operation operation, String pathPart, int nth, int times) {
        arm(operation, new Fault(pathPart, nth, times, When.AT_ONCE));
    }

    /** As {@link #fail}, but what was asked is done before the failure is reported. */
    public static void failAfterwards(Operation operation, String pathPart, int nth, int times) {
        arm(operation, new Fault(pathPart, nth, times, When.AFTERWARDS));
    }

    /** Lets every call hang until its thread is interrupted or its task is told to end, and fail then. */
    public static void hang(Operation operation, String pathPart) {
        arm(operation, new Fault(pathPart, 1, Integer.MAX_VALUE, When.INTERRUPTED));
    }

    /** Makes the scheme known to an application. */
    public static void register(SparkSession spark) {
        spark.sparkContext().hadoopConfiguration().set("fs." + SCHEME + ".impl", FailingFileSystem.class.getName());
    }

    public static void reset() {
        synchronized (FAULTS) {
            FAULTS.clear();
        }
    }

    private static void arm(Operation operation, Fault fault) {
        synchronized (FAULTS) {
            FAULTS.put(operation, fault);
        }
    }

    private static boolean isDue(Operation operation, Path path, boolean afterwards) {
        Fault fault;
        synchronized (FAULTS) {
            fault = FAULTS.get(operation);
            if (fault == null
                    || (fault.when == When.AFTERWARDS) != afterwards
                    || !path.toString().contains(fault.pathPart)) {
                return false;
            }
            if (fault.callsToPass > 0) {
                fault.callsToPass--;
                return false;
            }
            if (fault.timesToFail-- <= 0) {
                return false;
            }
        }
        if (fault.when == When.INTERRUPTED) {
            awaitInterrupt();
        }
        return true;
    }

    private static void awaitInterrupt() {
        try {
            // A task that was told to end, and then closes its file once more, is not told again.
            do {
                Thread.sleep(10);
            } while (TaskContext.get() == null || !TaskContext.get().isInterrupted());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void before(Operation operation, Path path) throws IOException {
        if (isDue(operation, path, false)) {
            throw new InjectedFailure(operation, path);
        }
    }

    private static void after(Operation operation, Path path) throws IOException {
        if (isDue(operation, path, true)) {
            throw new InjectedFailure(operation, path);
        }
    }

    @Override
    public URI getUri() {
        return ROOT;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public void initialize(URI uri, Configuration configuration) throws IOException {
        super.initialize(ROOT, configuration);
    }

    @Override
    public FSDataOutputStream create(
            Path path, boolean overwrite, int bufferSize, short replication, long blockSize, Progressable progress)
            throws IOException {
        return failing(super.create(path, overwrite, bufferSize, replication, blockSize, progress), path);
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        return failing(super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress), path);
    }

    private static FSDataOutputStream failing(FSDataOutputStream stream, Path path) throws IOException {
        if (isDue(Operation.CREATE, path, false)) {
            stream.close();
            throw new InjectedFailure(Operation.CREATE, path);
        }
        return new FSDataOutputStream(new FailingStream(stream, path), null);
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        before(Operation.OPEN, path);
        return super.open(path, bufferSize);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        before(Operation.RENAME, to);
        boolean done = super.rename(from, to);
        after(Operation.RENAME, to);
        return done;
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        before(Operation.DELETE, path);
        return super.delete(path, recursive);
    }

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        before(Operation.STATUS, path);
        return super.getFileStatus(path);
    }

    private static final class FailingStream extends FilterOutputStream {
        private final Path path;

        private FailingStream(OutputStream stream, Path path) {
            super(stream);
            this.path = path;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            before(Operation.WRITE, path);
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            super.close();
            before(Operation.CLOSE, path);
        }
    }
}
