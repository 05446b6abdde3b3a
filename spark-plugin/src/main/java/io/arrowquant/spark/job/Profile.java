package io.arrowquant.spark.job;

import io.arrowquant.error.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Ready-made requests for where a model is to run. */
enum Profile {
    EDGE("int2", 256, 0.65),
    LOCAL("int4", 128, 0.85),
    CLOUD("int8", 64, 0.95);

    private final String scheme;
    private final int groupSize;
    private final double minCosine;

    Profile(String scheme, int groupSize, double minCosine) {
        this.scheme = scheme;
        this.groupSize = groupSize;
        this.minCosine = minCosine;
    }

    static Profile of(String name) {
        for (Profile profile : values()) {
            if (profile.spelling().equalsIgnoreCase(name)) {
                return profile;
            }
        }
        List<String> names = Arrays.stream(values()).map(Profile::spelling).toList();
        throw InvalidRequestException.unknown("profile", name, names);
    }

    String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    String scheme() {
        return scheme;
    }

    int groupSize() {
        return groupSize;
    }

    double minCosine() {
        return minCosine;
    }
}
