package io.arrowquant.spark.function;

import io.arrowquant.spark.compat.ScalaSeqs;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.execution.ColumnarRule;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;

/**
 * Splits a projection that quantizes, over a child that yields batches, into {@link ArrowQuantProject} and what is left
 * of the projection. Runs before Spark decides where batches become rows.
 */
final class ColumnarQuantizeRule extends ColumnarRule {
    @Override
    public Rule<SparkPlan> preColumnarTransitions() {
        return new Split();
    }

    /** The rule itself. */
    private static final class Split extends Rule<SparkPlan> {
        @Override
        public SparkPlan apply(SparkPlan plan) {
            boolean enabled = Boolean.parseBoolean(conf().getConfString(ArrowQuantProject.ENABLED, "true"));
            return enabled ? splitAll(plan) : plan;
        }

        private SparkPlan splitAll(SparkPlan plan) {
            SparkPlan changed = plan.mapChildren(this::splitAll);
            // No subclass: another plugin's projection is not ours to take apart.
            if (changed.getClass() == ProjectExec.class) {
                ProjectExec project = (ProjectExec) changed;
                return project.child().supportsColumnar() ? split(project) : project;
            }
            return changed;
        }

        private static SparkPlan split(ProjectExec project) {
            QuantizeExtraction extraction =
                    new QuantizeExtraction(project.child().outputSet());
            List<NamedExpression> rest = extraction.extractFrom(ScalaSeqs.toJava(project.projectList()));
            if (!extraction.foundAny()) {
                return project;
            }
            if (extraction.isAll(rest)) {
                return tagged(
                        new ArrowQuantProject(ScalaSeqs.from(extraction.complete(rest)), project.child()), project);
            }
            SparkPlan columnar =
                    tagged(new ArrowQuantProject(ScalaSeqs.from(extraction.inputsOf(rest)), project.child()), project);
            return tagged(new ProjectExec(ScalaSeqs.from(rest), columnar), project);
        }

        /** Adaptive execution finds nodes of the logical plan again by tags. */
        private static SparkPlan tagged(SparkPlan plan, SparkPlan original) {
            plan.copyTagsFrom(original);
            return plan;
        }
    }
}
