package io.arrowquant.scheme;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of the documentation that lists all schemes: the catalog as Markdown. */
public final class SchemeDocument {
    private static final String HEAD = """
            # Schemes

            <!-- Made by `arrowquant schemes --markdown`. Do not edit: a test compares this page with the catalog. -->

            A scheme is written `NAME` or `NAME(key=value, ...)`, in lower or upper case, and means the same in SQL, Python,
            options, recipes and on the command line. `out` and `in` are the rows and columns of a weight matrix, `n` the
            number of its elements. Bits per weight are those with the default parameters. Outputs named `weight...` take the
            place of the tensor's name where that ends so; `qweight`, `qzeros`, `scales`, `g_idx`, `SCB` and
            `weight_format` stand beside it; the others are appended to it.
            """;

    private SchemeDocument() {}

    /** The whole page. */
    public static String markdown() {
        Map<String, List<SchemeEntry>> families = new LinkedHashMap<>();
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            families.computeIfAbsent(entry.family(), family -> new ArrayList<>())
                    .add(entry);
        }
        StringBuilder page = new StringBuilder(HEAD);
        families.forEach((family, entries) -> {
            page.append("\n## ").append(family).append("\n\n");
            row(page, "Scheme", "Aliases", "Bits per weight", "What", "Parameters", "Outputs", "Needs", "First pass");
            row(page, "---", "---", "---", "---", "---", "---", "---", "---");
            for (SchemeEntry entry : entries) {
                row(
                        page,
                        '`' + entry.name() + '`',
                        aliases(entry),
                        entry.bitsPerWeight(),
                        entry.summary(),
                        parameters(entry),
                        entry.outputs(),
                        entry.constraints(),
                        entry.firstPass());
            }
        });
        return page.toString();
    }

    private static void row(StringBuilder page, String... cells) {
        page.append('|');
        for (String cell : cells) {
            page.append(' ').append(cell.replace("|", "\\|")).append(" |");
        }
        page.append('\n');
    }

    private static String aliases(SchemeEntry entry) {
        List<String> aliases = new ArrayList<>();
        for (String alias : entry.aliases()) {
            aliases.add('`' + alias + '`');
        }
        return String.join(", ", aliases);
    }

    private static String parameters(SchemeEntry entry) {
        List<String> parameters = new ArrayList<>();
        for (ParameterSpec parameter : entry.parameters()) {
            parameters.add("`" + parameter.name() + "=" + parameter.defaultValue() + "` (" + parameter.range() + "): "
                    + parameter.meaning());
        }
        return String.join("<br>", parameters);
    }
}
