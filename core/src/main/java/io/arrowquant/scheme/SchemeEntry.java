package io.arrowquant.scheme;

import java.util.List;
import java.util.function.Function;

/**
 * What the catalog knows of a scheme: what it is called, which parameters it takes, and how to make one. Everything a
 * table of schemes shows is here, so that documents are generated from it.
 *
 * @param bitsPerWeight as shown to people, with the default parameters
 * @param outputs the parts it makes, as shown to people
 * @param constraints what a tensor must fulfil, as shown to people
 * @param firstPass whether and why it needs a pass over the tensor before the one that encodes
 */
public record SchemeEntry(
        String name,
        String family,
        List<String> aliases,
        List<ParameterSpec> parameters,
        String summary,
        String bitsPerWeight,
        String outputs,
        String constraints,
        String firstPass,
        Function<SchemeParameters, Scheme> factory) {}
