package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lm_head.weight | lm_head.weight | true",
                "lm_head | lm_head.weight | true",
                "lm_head.weight | lm_head | false",
                "lm | lm_head.weight | false",
                "*norm* | model.layers.0.input_layernorm.weight | true",
                "*.q_proj | model.layers.0.q_proj.weight | true",
                "*.q_proj | model.layers.0.q_proj.bias | false",
                "layers.?.k | layers.3.k | true",
                "layers.?.k | layers.13.k | false",
                "layers.[0-2].k | layers.1.k | true",
                "layers.[!0-2].k | layers.1.k | false",
                "layers.[!0-2].k | layers.7.k | true",
                "a[b | a[b | true",
                "a.b | axb | false",
                "** | anything | true",
                "re:.*lm_head | lm_head.weight | true",
                "re:lm | lm_head.weight | true",
                "re:head | lm_head.weight | false",
                "re:.*head$ | lm_head.weight | true",
                "re:(?i)LM_HEAD | lm_head.weight | true"
            })
    void matchesNamesWithAndWithoutWeight(String pattern, String name, boolean expected) {
        assertThat(NamePattern.of(pattern).matches(name)).isEqualTo(expected);
    }

    @Test
    void equalTextsAreEqualPatterns() {
        assertThat(NamePattern.of("a*")).isEqualTo(NamePattern.of("a*")).hasSameHashCodeAs(NamePattern.of("a*"));
        assertThat(NamePattern.of("a*")).isNotEqualTo(NamePattern.of("b*")).hasToString("a*");
    }

    @Test
    void whatCannotBeAPatternIsRefused() {
        assertThatThrownBy(() -> NamePattern.of("re:("))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Invalid pattern 're:('");
        assertThatThrownBy(() -> NamePattern.of("")).hasMessageContaining("1 to 4096 characters");
    }

    @Test
    void catastrophicExpressionsEndWithAnError() {
        NamePattern bad = NamePattern.of("re:(.*x){12}y");
        assertThatThrownBy(() -> bad.matches("x".repeat(60)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("takes too long to match");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "lm_head=int8; lm_head; int8",
                "re:.*=x=int4(group_size=64,symmetric=true); re:.*=x; int4(group_size=64,symmetric=true)",
                "re:(a|b).*=int2; re:(a|b).*; int2"
            })
    void layerRulesAreParsed(String text, String pattern, String scheme) {
        LayerRule rule = LayerRule.parse(text);
        assertThat(rule.pattern()).hasToString(pattern);
        assertThat(rule.scheme()).isEqualTo(scheme);
    }

    @ParameterizedTest
    @CsvSource({"int8", "=int8", "a="})
    void unreadableLayerRulesAreRefused(String text) {
        assertThatThrownBy(() -> LayerRule.parse(text)).hasMessageContaining("Write pattern=scheme");
    }
}
