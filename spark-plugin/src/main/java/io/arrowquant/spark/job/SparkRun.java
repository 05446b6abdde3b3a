package io.arrowquant.spark.job;

import io.arrowquant.spark.compat.Executors;
import io.arrowquant.spark.compat.RunningTasks;
import io.arrowquant.spark.compat.Sessions;
import io.arrowquant.spark.metrics.PartitionRecord;
import io.arrowquant.spark.metrics.PartitionRecords;
import io.arrowquant.spark.metrics.TaskRecorder;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.spark.write.OutputClaim;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job in a Spark application. Its Spark jobs carry its id, by which partition records and cancellations find them. When
 * the process is told to end, the job is cancelled and what it has claimed given back before Spark goes.
 */
final class SparkRun implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SparkRun.class);
    private static final String APPLICATION = "ArrowQuant";
    private static final String GROUP_PROPERTY = "spark.jobGroup.id";

    /** Spark's own hook runs at 40, that of the file systems at 10. */
    private static final int BEFORE_SPARK = 60;

    private static final long PATIENCE_SECONDS = 10;

    /** For tasks of a job that has failed: they have been told to end. */
    private static final long TASK_PATIENCE_MILLIS = 5_000;

    private final String jobId;
    private final SparkContext context;
    private final boolean ownGroup;
    private final String queryIdBefore;
    private final Runnable hook = this::endNow;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Progress.State earlier = new Progress.State(0, 0);
    private volatile boolean ending;
    private final List<OutputClaim> claims = new CopyOnWriteArrayList<>();

    private SparkRun(String jobId, String description, SparkContext context) {
        this.jobId = jobId;
        this.context = context;
        this.queryIdBefore = context.getLocalProperty(TaskRecorder.QUERY_ID_PROPERTY);
        // A group somebody has set stays: it is the handle by which they will cancel us.
        this.ownGroup = context.getLocalProperty(GROUP_PROPERTY) == null;
        if (ownGroup) {
            context.setJobGroup(jobId, description, true);
        }
        context.addJobTag(tag());
        context.setLocalProperty(TaskRecorder.QUERY_ID_PROPERTY, jobId);
        ShutdownHookManager.get().addShutdownHook(hook, BEFORE_SPARK, 2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Begins a job in the application there is, or in a new one. */
    static SparkRun begin(String description) {
        SparkContext context = Sessions.contextOrCreate(APPLICATION);
        Executors.await(context);
        return new SparkRun(OutputClaim.newJobId(), description, context);
    }

    /** Claims an output, until it is published or this run is closed. */
    OutputClaim claim(Storages.Located output, boolean resume) throws IOException {
        String application = context.applicationId();
        OutputClaim claim = resume
                ? OutputClaim.resuming(output.storage(), output.path(), jobId, application)
                : OutputClaim.of(output.storage(), output.path(), jobId, application);
        claims.add(claim);
        return claim;
    }

    /** For jobs that run SQL: the session there is, or a new one. */
    SparkSession session() {
        return Sessions.getOrCreate(APPLICATION);
    }

    SparkContext context() {
        return context;
    }

    String jobId() {
        return jobId;
    }

    /** What the tasks of this job have reported so far. */
    List<PartitionRecord> records() {
        return PartitionRecords.of(context).ofQuery(jobId);
    }

    /** Begins to count anew: the next tasks look at the same tensors again. */
    void beginPhase() {
        earlier = new Progress.State(0, 0);
        earlier = progress();
    }

    /** Counts what was done before this run among what its tasks have done. */
    void countAsDone(long tensors, long bytes) {
        earlier = new Progress.State(earlier.tensors() - tensors, earlier.bytes() - bytes);
    }

    /** Tensors and bytes that the tasks of this phase have read so far. */
    Progress.State progress() {
        long tensors = 0;
        long bytes = TaskRecorder.bytesBeingRead(jobId);
        for (PartitionRecord record : records()) {
            tensors += record.tensors();
            bytes += record.bytesRead();
        }
        return new Progress.State(tensors - earlier.tensors(), bytes - earlier.bytes());
    }

    /** Between two Spark jobs nothing of Spark's would notice that the process is about to end. */
    void stopIfEnding() {
        if (ending) {
            throw new CancelledException();
        }
    }

    private String tag() {
        return "arrowquant-" + jobId;
    }

    private void endNow() {
        ending = true;
        context.cancelJobsWithTag(tag());
        try {
            if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("The job did not stop within {} seconds", PATIENCE_SECONDS);
            }
            giveUpClaims();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void giveUpClaims() {
        claims.forEach(OutputClaim::close);
    }

    /** Gives up what was claimed and not published, and leaves the application as it was. */
    @Override
    public void close() {
        if (claims.stream().anyMatch(OutputClaim::isOpen)
                && !RunningTasks.awaitEnd(context, TaskRecorder.QUERY_ID_PROPERTY, jobId, TASK_PATIENCE_MILLIS)) {
            LOG.warn("Tasks of this job may still run after {} ms", TASK_PATIENCE_MILLIS);
        }
        giveUpClaims();
        context.setLocalProperty(TaskRecorder.QUERY_ID_PROPERTY, queryIdBefore);
        if (!context.isStopped()) {
            context.removeJobTag(tag());
            if (ownGroup) {
                context.clearJobGroup();
            }
        }
        if (!ShutdownHookManager.get().isShutdownInProgress()) {
            ShutdownHookManager.get().removeShutdownHook(hook);
        }
        ended.countDown();
    }
}
