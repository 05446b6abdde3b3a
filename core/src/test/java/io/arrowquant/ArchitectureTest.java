package io.arrowquant;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may see whom in core: the direction of dependencies, read off the class files. */
class ArchitectureTest {
    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.arrowquant");

    /** Each package with those it may use beside itself; never back. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("error", List.of()),
            Map.entry("json", List.of("error")),
            Map.entry("tensor", List.of("error")),
            Map.entry("storage", List.of("error")),
            Map.entry("safetensors", List.of("error", "json", "tensor", "storage")),
            Map.entry("gguf", List.of("error", "tensor", "storage")),
            Map.entry("kernel", List.of("error", "tensor")),
            Map.entry("quality", List.of("error", "tensor", "kernel")),
            Map.entry("scheme", List.of("error", "json", "tensor", "kernel", "quality")),
            Map.entry("arrow", List.of("error", "tensor", "kernel", "quality", "scheme")),
            Map.entry(
                    "local",
                    List.of(
                            "error",
                            "tensor",
                            "storage",
                            "safetensors",
                            "kernel",
                            "quality",
                            "scheme",
                            "arrow",
                            "recipe",
                            "checkpoint",
                            "layout")),
            Map.entry(
                    "layout",
                    List.of(
                            "error",
                            "json",
                            "tensor",
                            "storage",
                            "safetensors",
                            "kernel",
                            "quality",
                            "scheme",
                            "checkpoint",
                            "recipe")),
            Map.entry(
                    "source",
                    List.of(
                            "error",
                            "tensor",
                            "storage",
                            "safetensors",
                            "kernel",
                            "quality",
                            "scheme",
                            "checkpoint",
                            "recipe")),
            // Which of these two sees the other is theirs to settle: the rule against cycles keeps it one way.
            Map.entry(
                    "checkpoint",
                    List.of(
                            "error",
                            "tensor",
                            "storage",
                            "safetensors",
                            "gguf",
                            "kernel",
                            "quality",
                            "scheme",
                            "recipe")),
            Map.entry(
                    "recipe",
                    List.of(
                            "error",
                            "json",
                            "tensor",
                            "storage",
                            "safetensors",
                            "gguf",
                            "kernel",
                            "quality",
                            "scheme",
                            "checkpoint")));

    @TestFactory
    Stream<DynamicTest> everyPackageUsesOnlyWhatLiesBelow() {
        return MAY_USE.entrySet().stream()
                .map(entry ->
                        DynamicTest.dynamicTest(entry.getKey(), () -> checkUses(entry.getKey(), entry.getValue())));
    }

    private static void checkUses(String name, List<String> allowed) {
        String[] visible = Stream.concat(Stream.of(name), allowed.stream())
                .map(ArchitectureTest::withSubpackages)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(withSubpackages(name))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.arrowquant..").and(resideOutsideOfPackages(visible)))
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void everyPackageHasItsPlaceInTheTable() {
        classes()
                .should()
                .resideInAnyPackage(MAY_USE.keySet().stream()
                        .map(ArchitectureTest::withSubpackages)
                        .toArray(String[]::new))
                .check(CORE);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.arrowquant.(*)..").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void schemeFamiliesDoNotSeeEachOther() {
        slices().matching("io.arrowquant.scheme.(*)..")
                .should()
                .notDependOnEachOther()
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void coreKnowsNoSparkNoHadoopNoScala() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..")
                .check(CORE);
    }

    /** The incubating module may be absent at run time: only a kernel provider can live with that. */
    @Test
    void onlyKernelsUseTheVectorModule() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.arrowquant.kernel..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator..")
                .check(CORE);
    }

    private static String withSubpackages(String name) {
        return "io.arrowquant." + name + "..";
    }
}
