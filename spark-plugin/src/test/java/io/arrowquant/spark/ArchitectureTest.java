package io.arrowquant.spark;

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

/** Who may see whom in the Spark adapters. What they may use of core is core's own affair. */
class ArchitectureTest {
    private static final JavaClasses PLUGIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.arrowquant.spark");

    /** Each package with those it may use beside itself; never back. */
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "compat", List.of(),
            "storage", List.of("compat"),
            "metrics", List.of("compat"),
            "vector", List.of("compat", "metrics"),
            "write", List.of("compat", "vector", "storage", "metrics"),
            // A source is one object for Spark, so the one that reads also names the one that writes.
            "read", List.of("compat", "vector", "storage", "metrics", "write"),
            "function", List.of("compat", "vector", "storage", "metrics"),
            "convert", List.of("compat", "storage", "metrics", "read", "write"),
            "job", List.of("compat", "vector", "storage", "metrics", "read", "write", "function", "convert"));

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
                .dependOnClassesThat(resideInAnyPackage("io.arrowquant.spark..").and(resideOutsideOfPackages(visible)))
                .allowEmptyShould(true)
                .check(PLUGIN);
    }

    @Test
    void everyPackageHasItsPlaceInTheTable() {
        classes()
                .should()
                .resideInAnyPackage(MAY_USE.keySet().stream()
                        .map(ArchitectureTest::withSubpackages)
                        .toArray(String[]::new))
                .check(PLUGIN);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.arrowquant.spark.(*)..").should().beFreeOfCycles().check(PLUGIN);
    }

    /** Scala signatures change with the Scala version; everything else here compiles for 2.12 and 2.13 alike. */
    @Test
    void scalaStaysWhereItIsExpected() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.arrowquant.spark.compat..", "io.arrowquant.spark.function..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("scala..")
                .allowEmptyShould(true)
                .check(PLUGIN);
    }

    private static String withSubpackages(String name) {
        return "io.arrowquant.spark." + name + "..";
    }
}
