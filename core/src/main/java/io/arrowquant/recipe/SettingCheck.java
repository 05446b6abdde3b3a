package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.NonFinite;
import io.arrowquant.scheme.SchemeCatalog;
import java.util.List;
import java.util.function.Supplier;

/**
 * Looks at the names in variables and recipes where they stand, so that errors can say which of them is wrong. What is said
 * on the command line has no place, and is looked at when it is used.
 */
final class SettingCheck {
    static final List<String> OBSERVERS = List.of("minmax", "mse");

    private SettingCheck() {}

    static void require(Setting setting, Object value, String place) {
        within(place, () -> {
            if (!place.isEmpty()) {
                requireKnown(setting, value);
            }
            return value;
        });
    }

    /** Errors of the step say where its text stands. */
    static <T> T within(String place, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidRequestException wrong) {
            if (place.isEmpty()) {
                throw wrong;
            }
            throw new InvalidRequestException(wrong.problem() + " in " + place, wrong.remedy(), wrong);
        }
    }

    private static void requireKnown(Setting setting, Object value) {
        switch (setting) {
            case SCHEME -> SchemeCatalog.parse((String) value);
            case PROFILE -> Profile.of((String) value);
            case LAYOUT -> Layout.of((String) value);
            case OBSERVER -> requireObserver((String) value);
            case ON_NON_FINITE -> NonFinite.of((String) value);
            case GROUP_SIZE -> requirePositive((Long) value);
            case SKIP -> ((List<?>) value).forEach(pattern -> NamePattern.of((String) pattern));
            case CANDIDATES -> ((List<?>) value).forEach(scheme -> SchemeCatalog.parse((String) scheme));
            case RULES -> ((List<?>) value).forEach(rule -> requireScheme((Rule) rule));
            default -> {
                // Their readers have seen to them.
            }
        }
    }

    private static void requireScheme(Rule rule) {
        if (rule.action() == Rule.Action.SCHEME) {
            SchemeCatalog.parse(rule.scheme());
        }
    }

    private static void requireObserver(String observer) {
        if (OBSERVERS.stream().noneMatch(observer::equalsIgnoreCase)) {
            throw InvalidRequestException.unknown("observer", observer, OBSERVERS);
        }
    }

    private static void requirePositive(long groupSize) {
        if (groupSize < 1) {
            throw new InvalidRequestException("Invalid group_size: " + groupSize, "Must be a positive whole number");
        }
    }
}
