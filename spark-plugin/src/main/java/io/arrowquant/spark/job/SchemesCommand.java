package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.scheme.ParameterSpec;
import io.arrowquant.scheme.SchemeCatalog;
import io.arrowquant.scheme.SchemeDocument;
import io.arrowquant.scheme.SchemeEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists the catalog of schemes; the page of the documentation comes from here. */
@Command(name = "schemes", description = "Lists the schemes and their parameters.")
final class SchemesCommand implements Callable<Integer> {
    private final Streams streams;

    @Option(names = "--markdown", description = "Print the page docs/schemes.md.")
    private boolean markdown;

    @Mixin
    private OutputOptions output;

    SchemesCommand(Streams streams) {
        this.streams = streams;
    }

    @Override
    public Integer call() {
        if (output.json()) {
            streams.json(json());
        } else if (markdown) {
            streams.text(SchemeDocument.markdown());
        } else {
            printTable();
        }
        return ExitCode.DONE;
    }

    private void printTable() {
        TextTable table =
                new TextTable("scheme", ">bits per weight", "parameters (first value is the default)", "what");
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            table.row(entry.name(), entry.bitsPerWeight(), parameters(entry), entry.summary());
        }
        table.print(streams);
    }

    private static String parameters(SchemeEntry entry) {
        List<String> texts = new ArrayList<>();
        for (ParameterSpec parameter : entry.parameters()) {
            List<String> values = new ArrayList<>(List.of(parameter.defaultValue()));
            for (String choice : parameter.choices()) {
                if (!values.contains(choice)) {
                    values.add(choice);
                }
            }
            if (parameter.choices().isEmpty()) {
                values.add(parameter.range());
            }
            texts.add(parameter.name() + "=" + String.join("/", values));
        }
        return String.join(", ", texts);
    }

    private static ArrayNode json() {
        ArrayNode schemes = JsonNodeFactory.instance.arrayNode();
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            ObjectNode scheme = schemes.addObject();
            scheme.put("name", entry.name());
            scheme.put("family", entry.family());
            ArrayNode aliases = scheme.putArray("aliases");
            entry.aliases().forEach(aliases::add);
            scheme.put("summary", entry.summary());
            scheme.put("bits_per_weight", entry.bitsPerWeight());
            scheme.put("outputs", entry.outputs());
            scheme.put("constraints", entry.constraints());
            scheme.put("first_pass", entry.firstPass());
            ArrayNode parameters = scheme.putArray("parameters");
            for (ParameterSpec parameter : entry.parameters()) {
                ObjectNode node = parameters.addObject();
                node.put("name", parameter.name());
                node.put("default", parameter.defaultValue());
                node.put("allowed", parameter.range());
                node.put("meaning", parameter.meaning());
            }
        }
        return schemes;
    }
}
