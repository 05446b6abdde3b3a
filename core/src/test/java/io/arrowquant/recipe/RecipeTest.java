package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecipeTest {
    private static final NamePattern HEAD = NamePattern.of("lm_head");
    private static final NamePattern GATES = NamePattern.of("*.gate");
    private static final NamePattern TOWER = NamePattern.of("visual.*");

    @Test
    void rulesAreSeenByWhatTheyDo() {
        Recipe recipe = new Recipe(
                "W4A16", null, List.of(Rule.scheme(HEAD, "W8A16"), Rule.keep(GATES), Rule.drop(TOWER)), true, false);

        assertThat(recipe.layers()).containsExactly(new LayerRule(HEAD, "W8A16"));
        assertThat(recipe.skip()).containsExactly(GATES);
        assertThat(recipe.rules())
                .extracting(Rule::action)
                .containsExactly(Rule.Action.SCHEME, Rule.Action.KEEP, Rule.Action.DROP);
    }

    @Test
    void whatIsSkippedComesBeforeLayers() {
        Recipe recipe = new Recipe("int4", List.of(new LayerRule(HEAD, "int8")), List.of(GATES), false);
        assertThat(recipe.rules()).containsExactly(Rule.keep(GATES), Rule.scheme(HEAD, "int8"));
        assertThat(recipe.strict()).isFalse();
    }

    @Test
    void aLayoutAskedForIsTaken() {
        assertThat(Recipe.ofScheme("nf4").effectiveLayout()).isEqualTo(Layout.BITSANDBYTES);
        assertThat(new Recipe("nf4", Layout.PARQUET, List.of(), true, false).effectiveLayout())
                .isEqualTo(Layout.PARQUET);
    }

    @Test
    void everySchemeIsKnown() {
        assertThatThrownBy(() -> new Recipe("int4", null, List.of(Rule.scheme(HEAD, "int5")), true, false))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("int5");
    }
}
