/**
 * {@code df.write.format("safetensors")}, named by the life cycle of a Spark write: the
 * {@linkplain io.arrowquant.spark.write.SafetensorsWriteBuilder write builder} checks columns and options while the
 * query is planned, the batch write leads the job on the driver, and a data writer in each task attempt writes files.
 *
 * <p><b>Rows.</b> A row is a piece of a tensor: {@code layer_name}, {@code dtype}, {@code shape}, and its bytes in
 * {@code data} or, where there is no such column or it is null, floats in {@code weights} that are rounded to the
 * dtype. {@code element_start} and {@code element_count} say which elements they are; without them, all. Columns are
 * found by name, others are ignored. The pieces of a tensor come in any order, mixed with those of others, but within
 * one task.
 *
 * <p><b>Tasks.</b> A tensor's size follows from its dtype and shape, so its first piece reserves its
 * {@linkplain io.arrowquant.spark.write.TensorRegion region} in the current
 * {@linkplain io.arrowquant.spark.write.Shard file}, and every piece goes straight to its place there. Only the header
 * has to wait for the last row: local files have room for it in front, other stores get header and body in one stream
 * from a local spool file. Files are cut between tensors at {@code maxShardBytes}. Everything a task writes lies in its
 * attempt's own directory, {@code <output>/_temporary/<query id>/<partition>-<task id>}.
 *
 * <p><b>Publishing.</b> The driver checks that each tensor came whole and once, names the files as loaders expect them,
 * writes the index and carries over the files of the option {@code source}. Then the
 * {@linkplain io.arrowquant.spark.write.Publication exchange} with what was there happens by renaming: a failure undoes
 * it, and what a killed driver leaves behind the next write to the same output undoes. An
 * {@linkplain io.arrowquant.spark.write.StagingOwner owner's mark} in the staging area tells dead jobs from living
 * ones, and two jobs never write to one output at a time.
 *
 * <p><b>Resuming.</b> A task that makes whole files says so in {@code finished.json} beside them, last. A job that resumes
 * moves such {@linkplain io.arrowquant.spark.write.FinishedAttempts attempts} out of the areas of dead jobs into its own;
 * what it does with them is its matter. When it stops before its end, it leaves what is finished then, and turns its mark
 * into {@code stopped.json}, so that no later job takes it for living; without being told to resume, a later job removes
 * all of it.
 *
 * <p>Files are not forced to disk (fsync): as with Spark's own writers, a machine that loses power may lose what it
 * reported as written shortly before. File permissions are those the file system gives to new files.
 */
package io.arrowquant.spark.write;
