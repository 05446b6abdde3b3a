package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.recipe.RecipeFile;
import io.arrowquant.recipe.RecipeSettings;
import io.arrowquant.spark.storage.Storages;
import io.arrowquant.storage.RangeReader;
import io.arrowquant.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.conf.Configuration;

/** Recipes from any file system, or given as they are. */
final class RecipeReader {
    private RecipeReader() {}

    /** {@code recipe} is a path, or a text that begins with a brace or has several lines. */
    static RecipeSettings read(String recipe, Configuration configuration) {
        if (recipe.stripLeading().startsWith("{") || recipe.indexOf('\n') >= 0) {
            return RecipeFile.read(recipe.getBytes(StandardCharsets.UTF_8), "the recipe given");
        }
        try {
            Storages.Located place = Storages.locate(recipe, configuration);
            return RecipeFile.read(content(place.storage(), place.path()), recipe);
        } catch (FileNotFoundException | NoSuchFileException absent) {
            throw new InvalidRequestException(
                    "There is no recipe at '" + recipe + "'", "Check the path and the file system it is on", absent);
        } catch (IOException failed) {
            throw new UncheckedIOException("Cannot read the recipe " + recipe + ": " + failed.getMessage(), failed);
        }
    }

    private static byte[] content(Storage storage, String path) throws IOException {
        try (RangeReader reader = storage.open(path)) {
            if (reader.size() > RecipeFile.LARGEST) {
                throw new InvalidRequestException(
                        "'" + path + "' has " + reader.size() + " bytes, more than a recipe may have",
                        "Check that it is a recipe");
            }
            return reader.readAll();
        }
    }
}
