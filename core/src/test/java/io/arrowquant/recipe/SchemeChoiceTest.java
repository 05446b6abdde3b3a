package io.arrowquant.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import io.arrowquant.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemeChoiceTest {
    private static CheckpointTensor tensor(String name, long... dimensions) {
        Shape shape = Shape.of(dimensions);
        return new CheckpointTensor(
                "model.safetensors", new TensorInfo(name, DataType.BF16, shape, 0, shape.elements() * 2));
    }

    private static RecipeSettings settings(String json) {
        return RecipeFile.read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8), "a test");
    }

    private static List<String> spellings(SchemeChoice choice) {
        return choice.candidates().stream().map(Scheme::spelling).toList();
    }

    private static Plan plan(RecipeSettings settings, CheckpointTensor... tensors) {
        return Plan.of(List.of(tensors), RecipeResolver.resolve(settings));
    }

    private static SchemeChoice choice(RecipeSettings settings, CheckpointTensor... tensors) {
        return SchemeChoice.of(plan(settings, tensors), RecipeResolver.resolve(settings), settings);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '"',
            value = {
                "{scheme: int2, min_cosine: 0.9}; [int2, int4, int8]",
                "{scheme: int4(group_size=64), min_cosine: 0.9}; [int4(group_size=64), int8(group_size=64)]",
                "{scheme: int4, target_bpw: 5}; [int2, int4, int8]",
                "{scheme: W4A16_ASYM, min_cosine: 0.9}; [W4A16_ASYM, W8A16(symmetric=false)]",
                "{scheme: W8A16, target_bpw: 5}; [W4A16, W8A16]",
                "{scheme: W3A16, min_cosine: 0.9}; [W3A16, W4A16, W8A16]",
                "{scheme: W3A16, target_bpw: 5}; [W3A16, W4A16, W8A16]",
                "{scheme: W5A16, target_bpw: 5}; [W4A16, W5A16, W8A16]",
                "{scheme: W8A16, min_cosine: 0.9}; [W8A16]",
                "{scheme: nf4, target_size: 1GB}; [nf4]",
                "{scheme: gptq_int4, min_cosine: 0.9}; [gptq_int4]",
                "{scheme: W4A16, target_bpw: 5, candidates: [NVFP4A16, W8A16]}; [NVFP4A16, W8A16]"
            })
    void candidatesAreTheSchemeInTheWidthsThereAre(String recipe, String expected) {
        assertThat(spellings(choice(settings(recipe), tensor("a.weight", 8, 128))))
                .hasToString(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{scheme: gptq_int4, target_bpw: 6, candidates: [gptq_int4, gptq_int8]}",
                "{scheme: awq_int4, min_cosine: 0.9, candidates: [awq_int4, 'awq_int4(group_size=64)']}",
                "{scheme: nf4, target_bpw: 6, candidates: [nf4, llm_int8]}"
            })
    void modelsOfOneSchemeHaveOneCandidate(String recipe) {
        assertThatThrownBy(() -> choice(settings(recipe), tensor("a.weight", 128, 128)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("has one scheme for a model, but the candidates are ");
    }

    @Test
    void nothingIsChosenUnlessItIsAskedFor() {
        assertThat(choice(settings("scheme: int4"), tensor("a.weight", 8, 128))).isNull();
        assertThatThrownBy(() -> choice(settings("{scheme: int4, target_bpw: 4, target_size: 1}"), tensor("a", 8, 8)))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void partnersDecideTogetherAndOnlyWhatIsOpenTakesPart() {
        RecipeSettings settings =
                settings("{scheme: W4A16, target_bpw: 9, rules: [{match: '*.o_proj', scheme: W8A16}]}");
        Plan plan = plan(
                settings,
                tensor("l.self_attn.q_proj.weight", 128, 128),
                tensor("l.self_attn.o_proj.weight", 128, 128),
                tensor("l.self_attn.k_proj.weight", 128, 128),
                tensor("l.norm.weight", 128),
                tensor("l.down_proj.weight", 128, 128));
        Recipe recipe = RecipeResolver.resolve(settings);
        assertThat(SchemeChoice.of(plan, recipe, settings).units())
                .extracting(unit -> unit.tensors().stream()
                        .map(tensor -> tensor.source().name())
                        .toList()
                        .toString())
                .containsExactly("[l.self_attn.q_proj.weight, l.self_attn.k_proj.weight]", "[l.down_proj.weight]");
    }

    private static SchemeChoice.Open open(SchemeChoice choice, List<PlannedTensor> tensors) {
        return new SchemeChoice.Open(tensors, choice.candidates());
    }

    private static SchemeChoice.Open open(SchemeChoice choice, PlannedTensor tensor) {
        return open(choice, List.of(tensor));
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "', target_size: 100KB', 100000"})
    void whatARuleHasGivenASchemeIsRaisedButNotTraded(String target, long bytes) {
        RecipeSettings settings = settings("{scheme: W4A16, min_cosine: 0.9, rules: [{match: a.weight, scheme: "
                + "'W2A16(group_size=32)'}, {match: b.weight, scheme: FP8_DYNAMIC}]" + target + "}");
        Plan plan = plan(settings, tensor("a.weight", 8, 128), tensor("b.weight", 8, 128), tensor("c.weight", 8, 128));
        SchemeChoice choice = SchemeChoice.of(plan, RecipeResolver.resolve(settings), settings);
        List<SchemeChoice.Open> open = choice.units();
        assertThat(open.get(0).candidates())
                .extracting(Scheme::spelling)
                .containsExactly("W2A16(group_size=32)", "W4A16(group_size=32)", "W8A16(group_size=32)");
        assertThat(open.get(1).candidates()).extracting(Scheme::spelling).containsExactly("FP8_DYNAMIC");
        assertThat(open.get(2).candidates()).isEqualTo(choice.candidates());
        List<SchemeChoice.Unit> units = new ArrayList<>();
        for (SchemeChoice.Open one : open) {
            List<SchemeOption> options = new ArrayList<>();
            for (Scheme scheme : one.candidates()) {
                double cosine = scheme.spelling().equals("FP8_DYNAMIC") ? 0.8 : 0.8 + 0.02 * scheme.bitWidth();
                options.add(measured(scheme, 128L * scheme.bitWidth(), 1 - cosine, cosine));
            }
            units.add(choice.unit(one, List.of(new SchemeChoice.Measured(options))));
        }
        // 0.84, 0.88 and 0.96: the first that passes, though there is room for what is kept; the last one takes that.
        assertThat(choice.choose(units))
                .extracting(SchemeOption::shown)
                .containsExactly("W8A16(group_size=32)", "keep", bytes == 0 ? "W8A16" : "keep");
        assertThat(choice.target()).isEqualTo(bytes == 0 ? -1 : bytes);
    }

    private static SchemeOption measured(Scheme scheme, long bytes, double squaredError, double cosine) {
        return new SchemeOption(scheme, bytes, squaredError, cosine);
    }

    @Test
    void widthsRiseUntilTheWorstMemberPasses() {
        RecipeSettings settings = settings("{scheme: int2, min_cosine: 0.9}");
        Plan plan = plan(settings, tensor("a.weight", 8, 128), tensor("b.weight", 8, 128));
        SchemeChoice choice = SchemeChoice.of(plan, RecipeResolver.resolve(settings), settings);
        List<Scheme> schemes = choice.candidates();
        List<SchemeOption> good = List.of(
                measured(schemes.get(0), 10, 5, 0.95),
                measured(schemes.get(1), 20, 1, 0.99),
                measured(schemes.get(2), 40, 0.1, 0.999));
        List<SchemeOption> bad = new ArrayList<>();
        bad.add(measured(schemes.get(0), 10, 9, 0.5));
        bad.add(null);
        bad.add(measured(schemes.get(2), 40, 3, Double.NaN));
        SchemeChoice.Unit one =
                choice.unit(open(choice, plan.tensors().get(0)), List.of(new SchemeChoice.Measured(good)));
        SchemeChoice.Unit both = choice.unit(
                open(choice, plan.tensors()), List.of(new SchemeChoice.Measured(good), new SchemeChoice.Measured(bad)));
        assertThat(both.options()).hasSize(3);
        assertThat(choice.choose(List.of(one, both)))
                .extracting(SchemeOption::shown)
                .containsExactly("int2", "keep");
        assertThat(choice.target()).isEqualTo(-1);
    }

    /** Against all combinations, on random costs. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void targetsAreMetNearlyAsWellAsCanBe(long seed) {
        Random random = new Random(seed);
        int count = 6;
        CheckpointTensor[] tensors = new CheckpointTensor[count];
        for (int i = 0; i < count; i++) {
            tensors[i] = tensor("l" + i + ".down_proj.weight", 128, 128L * (1 + random.nextInt(4)));
        }
        RecipeSettings settings = settings("{scheme: int4, target_bpw: " + (3 + random.nextInt(6)) + "}");
        Plan plan = plan(settings, tensors);
        SchemeChoice choice = SchemeChoice.of(plan, RecipeResolver.resolve(settings), settings);
        List<SchemeChoice.Unit> units = new ArrayList<>();
        double largestGain = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            List<SchemeOption> options = new ArrayList<>();
            double error = 100 * random.nextDouble();
            largestGain = Math.max(largestGain, error);
            for (Scheme scheme : choice.candidates()) {
                long bytes = new PlannedTensor(tensor.source(), scheme, null).bytesAfter();
                options.add(measured(scheme, bytes, error, 1 - error / 1000));
                error *= 0.02 + 0.3 * random.nextDouble();
            }
            units.add(choice.unit(open(choice, tensor), List.of(new SchemeChoice.Measured(options))));
        }
        List<SchemeOption> chosen = choice.choose(units);

        assertThat(bytes(chosen)).isLessThanOrEqualTo(choice.target());
        assertThat(chosen).isEqualTo(choice.choose(units));
        double best = best(units, 0, choice.target());
        assertThat(error(chosen)).isGreaterThanOrEqualTo(best).isLessThan(best + largestGain);
        // Nothing that still fits would help.
        for (int i = 0; i < count; i++) {
            for (SchemeOption option : units.get(i).options()) {
                long more = option.bytes() - chosen.get(i).bytes();
                assertThat(bytes(chosen) + more <= choice.target()
                                && option.squaredError() < chosen.get(i).squaredError())
                        .isFalse();
            }
        }
    }

    private static long bytes(List<SchemeOption> options) {
        return options.stream().mapToLong(SchemeOption::bytes).sum();
    }

    private static double error(List<SchemeOption> options) {
        return options.stream().mapToDouble(SchemeOption::squaredError).sum();
    }

    private static double best(List<SchemeChoice.Unit> units, int from, long left) {
        if (from == units.size()) {
            return 0;
        }
        double best = Double.POSITIVE_INFINITY;
        for (SchemeOption option : units.get(from).options()) {
            if (option.bytes() <= left) {
                best = Math.min(best, option.squaredError() + best(units, from + 1, left - option.bytes()));
            }
        }
        return best;
    }

    @Test
    void targetsThatCannotBeMetAreRefusedWithWhatCan() {
        RecipeSettings settings = settings("{scheme: int4, target_size: 600, min_cosine: 0.99}");
        Plan plan = plan(settings, tensor("a.weight", 8, 128));
        SchemeChoice choice = SchemeChoice.of(plan, RecipeResolver.resolve(settings), settings);
        List<SchemeOption> options = new ArrayList<>();
        choice.candidates().forEach(scheme -> options.add(measured(scheme, 300, 1, 0.9)));
        SchemeChoice.Unit unit = choice.unit(open(choice, plan.tensors()), List.of(new SchemeChoice.Measured(options)));
        assertThatThrownBy(() -> choice.choose(List.of(unit)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("The target of 600 B cannot be met")
                .hasMessageContaining("2.0 KiB (2048 bytes)");
    }

    /** What headers tell: 320 bytes of codes, scales and zero points, or 1620 without the state, and 16 that are kept. */
    @ParameterizedTest
    @CsvSource({"int4, 336, 335", "'nf4(nested=true)', 1636, 1635"})
    void targetsBelowTheSmallestCandidatesAreRefusedByHeadersAlone(String scheme, long enough, long tooLittle) {
        CheckpointTensor[] tensors = {tensor("a.weight", 8, 128), tensor("norm.weight", 8)};
        RecipeSettings reachable = settings("{scheme: '" + scheme + "', target_size: " + enough + "}");
        assertThat(choice(reachable, tensors).target()).isEqualTo(enough);
        RecipeSettings settings = settings("{scheme: '" + scheme + "', target_size: " + tooLittle + "}");
        assertThatThrownBy(() -> choice(settings, tensors))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cannot be met");
    }

    /** FP8_BLOCK encodes it, but no runtime loads what comes out. */
    @Test
    void candidatesThatTheLayoutCannotHoldAreNoOptions() {
        RecipeSettings settings = settings("{scheme: W8A16, target_bpw: 9, candidates: [W8A16, FP8_BLOCK]}");
        Plan plan = plan(settings, tensor("a.down_proj.weight", 200, 256), tensor("b.down_proj.weight", 256, 256));
        SchemeChoice choice = SchemeChoice.of(plan, RecipeResolver.resolve(settings), settings);
        List<SchemeOption> options = List.of(
                measured(choice.candidates().get(0), 200, 3, 0.9),
                measured(choice.candidates().get(1), 100, 1, 0.99));
        List<String> odd = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        List<SchemeChoice.Measured> results = List.of(new SchemeChoice.Measured(options));
        choice.unit(open(choice, plan.tensors().get(0)), results).options().forEach(option -> odd.add(option.shown()));
        choice.unit(open(choice, plan.tensors().get(1)), results)
                .options()
                .forEach(option -> whole.add(option.shown()));
        assertThat(odd).containsExactly("W8A16", "keep");
        assertThat(whole).containsExactly("W8A16", "FP8_BLOCK", "keep");
    }

    @Test
    void aTargetAndAMinimumHoldTogether() {
        RecipeSettings settings = settings("{scheme: int4, target_size: 1MB, min_cosine: 0.99}");
        Plan plan = plan(settings, tensor("a.weight", 8, 128));
        Recipe recipe = RecipeResolver.resolve(settings);
        SchemeChoice choice = SchemeChoice.of(plan, recipe, settings);
        List<SchemeOption> options = List.of(
                measured(choice.candidates().get(0), 100, 9, 0.5),
                measured(choice.candidates().get(1), 200, 3, 0.9),
                measured(choice.candidates().get(2), 300, 1, 0.995));
        SchemeChoice.Unit unit = choice.unit(open(choice, plan.tensors()), List.of(new SchemeChoice.Measured(options)));
        assertThat(choice.choose(List.of(unit))).extracting(SchemeOption::shown).containsExactly("keep");

        PlannedTensor kept = new PlannedTensor(plan.tensors().get(0).source(), null, "kept for its quality");
        Plan other = plan.with(java.util.Map.of(kept.source(), kept));
        assertThat(other.tensors()).containsExactly(kept);
        assertThat(other.bytesAfter()).isEqualTo(plan.bytesBefore());
    }
}
