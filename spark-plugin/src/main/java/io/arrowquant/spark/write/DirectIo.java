package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * Whether large files of this machine are written past its page cache. That spares the cache, and the time it takes to fill
 * pages that are fresh; but whoever reads the files next has to fetch them from the disk, and a slow disk is waited for.
 */
public enum DirectIo {
    /** For files that are large enough to gain from it, as long as it is faster. */
    AUTO,
    /** Also where the cache would be faster. */
    ON,
    OFF;

    /** What jobs tell their tasks by; {@code spark.hadoop.} before it sets it for a whole application. */
    private static final String PROPERTY = "arrowquant.direct.io";

    private static final long LARGE_FILE = 64L << 20;

    /** The choice of a name that a user gave. */
    public static DirectIo of(String name) {
        for (DirectIo choice : values()) {
            if (choice.spelling().equalsIgnoreCase(name)) {
                return choice;
            }
        }
        throw new InvalidRequestException(
                "Unknown direct-io '" + name + "'",
                "Use one of " + Arrays.stream(values()).map(DirectIo::spelling).collect(Collectors.joining(", ")));
    }

    static DirectIo of(Configuration configuration) {
        return of(configuration.getTrimmed(PROPERTY, AUTO.spelling()));
    }

    /** Makes it the choice of jobs with this configuration. */
    public void putInto(Configuration configuration) {
        configuration.set(PROPERTY, spelling());
    }

    private String spelling() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The choice for a file of about so many bytes. */
    DirectIo forFile(long bytes) {
        return this == AUTO && bytes < LARGE_FILE ? OFF : this;
    }
}
