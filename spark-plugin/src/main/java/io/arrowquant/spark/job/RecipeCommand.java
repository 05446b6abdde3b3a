package io.arrowquant.spark.job;

import io.arrowquant.recipe.RecipeDocument;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What can be said in a recipe. */
@Command(name = "recipe", description = "Shows what a recipe can say.")
final class RecipeCommand implements Callable<Integer> {
    private final Streams streams;

    @Option(names = "--markdown", description = "Print the page docs/recipe.md (default).")
    private boolean markdown;

    @Option(names = "--schema", description = "Print the JSON schema instead, docs/recipe.schema.json.")
    private boolean schema;

    @Mixin
    private OutputOptions output;

    RecipeCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        // What machines read of it is the schema.
        boolean asSchema = output.json() || (schema && !markdown);
        streams.text(asSchema ? RecipeDocument.schema() : RecipeDocument.markdown());
        return ExitCode.DONE;
    }
}
