/**
 * The jobs: what {@code spark-submit --class io.arrowquant.spark.job.ArrowQuantJob} and {@code bin/arrowquant} run, and the
 * sources {@code arrowquant-job}, {@code arrowquant-plan} and {@code arrowquant-report} through which SQL, Python and
 * Connect clients reach the same code.
 *
 * <p><b>Commands.</b> {@link io.arrowquant.spark.job.ArrowQuantJob} reads the command line; each command is a class named
 * after it, which shows what its job does. {@code quantize}, {@code dequantize}, {@code verify} and {@code compare} start
 * a Spark application, or use the one there is; {@code inspect}, {@code schemes} and dry runs do not. Results go to
 * standard output, progress and errors to standard error; {@link io.arrowquant.spark.job.Failures} decides on the
 * exit code: 2 for requests that cannot be carried out, 1 for all else that goes wrong.
 *
 * <p><b>A quantize job.</b> {@link io.arrowquant.spark.job.JobPlan} applies the request to the headers: every tensor with
 * its scheme and exact size. {@link io.arrowquant.spark.job.WriteGroups} sorts them into groups that one query each can
 * write. {@link io.arrowquant.spark.job.QuantizeJob} claims the output, lets {@link io.arrowquant.spark.job.TableWrite}
 * run the queries into the staging area, reads the result back, compares it with the plan, and publishes it at once.
 * {@link io.arrowquant.spark.job.SparkRun} ties all that to Spark: job group, partition records, cancelling.
 *
 * <p><b>Model directories</b> are made by {@link io.arrowquant.spark.job.ModelJob}, a task for each file. With
 * {@code --resume}, {@link io.arrowquant.spark.job.EarlierWork} finds what jobs before have finished: a task's work is known
 * by a fingerprint of all that decides its bytes (sources and their times, tensors, schemes, results of first passes, the
 * version), and a file counts when its checksum is what it was. The records of its task, errors included, go along, so that
 * the report is that of a job which was never stopped. Of a table only Spark knows what its tasks have finished, so a job
 * that can be resumed makes it by queries for one portion after the other: {@link io.arrowquant.spark.job.TablePortions}.
 *
 * <p><b>Comparing.</b> {@link io.arrowquant.spark.job.CompareSide} knows the tensors of a side, with quantized weights as
 * what they are decoded to; {@link io.arrowquant.spark.job.CompareJob} pairs those of two sides and has them measured, by
 * {@link io.arrowquant.spark.job.ModelComparison} from files or {@link io.arrowquant.spark.job.TableComparison} from rows.
 *
 * <p><b>The output</b> is a Parquet table, which {@code spark.read.parquet(output)} reads although other files lie beside:
 * <pre>
 * output/
 *   scheme=int4/part-*.parquet     a row for each element range; the scheme is the partition column
 *   scheme=BF16/part-*.parquet     tensors that were kept, by their type, as the bytes they had
 *   _common_metadata               the table's schema
 *   arrowquant.json                source, recipe, every tensor and file with size and CRC32C: see Report
 *   arrowquant-metrics.jsonl       a line for each task
 *   config.json, tokenizer.json    what lay beside the weights
 *   _components/unet/config.json   the same, of the components of a pipeline
 * </pre>
 * That works because Spark, once it finds partition directories, lists data in those only, and takes the schema from
 * {@code _common_metadata} rather than from the first file by name; so nothing else in the root is ever opened. Files of
 * components lie below a directory with an underscore, since any other directory would count as a broken partition. The
 * files do not hold the column {@code scheme} again: Spark warns of columns that are in both.
 *
 * <p>Tensors stay within one task unless {@code --max-partition-bytes} says otherwise, which makes going back free of
 * shuffles. Row groups are small (16 MiB) and sizes are checked after every row, so neither writers nor readers ever hold
 * more than a few ranges of a tensor, however large it is.
 */
package io.arrowquant.spark.job;
