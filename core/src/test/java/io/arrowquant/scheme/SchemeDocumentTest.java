package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page in the documentation is the catalog's, and the catalog says everything of each scheme. */
class SchemeDocumentTest {
    @Test
    void thePageIsUpToDate() throws IOException {
        assertThat(Files.readString(Path.of("../docs/schemes.md"), StandardCharsets.UTF_8))
                .as("docs/schemes.md; make it anew with: arrowquant schemes --markdown > docs/schemes.md")
                .isEqualTo(SchemeDocument.markdown());
    }

    @Test
    void everythingIsSaidOfEveryScheme() {
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            assertThat(new String[] {
                        entry.summary(),
                        entry.bitsPerWeight(),
                        entry.outputs(),
                        entry.constraints(),
                        entry.firstPass(),
                        entry.family()
                    })
                    .as(entry.name())
                    .doesNotContain("");
            assertThat(entry.parameters()).allSatisfy(parameter -> {
                assertThat(parameter.meaning()).isNotBlank();
                assertThat(parameter.range()).isNotBlank();
            });
            assertThat(SchemeDocument.markdown()).contains("| `" + entry.name() + "` |");
        }
    }
}
