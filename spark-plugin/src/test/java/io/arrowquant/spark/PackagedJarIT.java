package io.arrowquant.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the finished jar holds. On a cluster anything that Spark provides too would clash with Spark's copy. */
class PackagedJarIT {
    private static final List<Pattern> EXPECTED = List.of(
            Pattern.compile("io/arrowquant/.*"),
            Pattern.compile("arrowquant_spark/.*\\.(py|pyi|typed)"),
            Pattern.compile("META-INF/(MANIFEST\\.MF|LICENSE|NOTICE)"),
            Pattern.compile("META-INF/maven/io\\.arrowquant/.*"),
            Pattern.compile("META-INF/services/[^/]+"));

    @Test
    void holdsCoreThePluginAndPicocliOutOfTheWay() throws IOException {
        assertThat(entries())
                .contains(
                        "io/arrowquant/error/ArrowQuantException.class",
                        "io/arrowquant/shaded/picocli/CommandLine.class",
                        "META-INF/LICENSE",
                        "META-INF/NOTICE");
    }

    @Test
    void holdsThePythonPackageAtItsRoot() throws IOException {
        assertThat(entries()).contains("arrowquant_spark/__init__.py", "arrowquant_spark/py.typed");
    }

    @Test
    void holdsNothingElse() throws IOException {
        assertThat(entries())
                .filteredOn(name -> EXPECTED.stream()
                        .noneMatch(pattern -> pattern.matcher(name).matches()))
                .isEmpty();
    }

    @Test
    void servicesNameClassesOfThisJar() throws IOException {
        try (JarFile jar = open()) {
            List<JarEntry> services = jar.stream()
                    .filter(entry -> !entry.isDirectory() && entry.getName().startsWith("META-INF/services/"))
                    .toList();
            for (JarEntry service : services) {
                String text = new String(jar.getInputStream(service).readAllBytes(), StandardCharsets.UTF_8);
                List<String> providers = text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                        .toList();
                assertThat(providers)
                        .as(service.getName())
                        .isNotEmpty()
                        .doesNotHaveDuplicates()
                        .allMatch(
                                provider -> jar.getEntry(provider.replace('.', '/') + ".class") != null, "is packaged");
            }
        }
    }

    private static List<String> entries() throws IOException {
        try (JarFile jar = open()) {
            return jar.stream()
                    .filter(entry -> !entry.isDirectory())
                    .map(JarEntry::getName)
                    .toList();
        }
    }

    private static JarFile open() throws IOException {
        return new JarFile(System.getProperty("arrowquant.jar"));
    }
}
