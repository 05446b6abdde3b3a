package io.arrowquant.spark.job;

import picocli.CommandLine.Option;

/** What every command understands. */
final class OutputOptions {
    static final String JSON = "--json";

    @Option(names = JSON, description = "Print one JSON document for machines instead of tables.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    boolean json() {
        return json;
    }

    boolean help() {
        return help;
    }
}
