package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Ready-made recipes for where a model is to run. */
public enum Profile {
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

    public static Profile of(String name) {
        for (Profile profile : values()) {
            if (profile.spelling().equalsIgnoreCase(name)) {
                return profile;
            }
        }
        List<String> names = Arrays.stream(values()).map(Profile::spelling).toList();
        throw InvalidRequestException.unknown("profile", name, names);
    }

    public String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it says. */
    public RecipeSettings settings() {
        String place = "profile " + spelling();
        return RecipeSettings.empty()
                .with(Setting.SCHEME, scheme, place)
                .with(Setting.GROUP_SIZE, Integer.toString(groupSize), place)
                .with(Setting.MIN_COSINE, Double.toString(minCosine), place);
    }
}
