package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DynamicTest;

/**
 * The first eight rows of what another quantizer makes of a matrix of all kinds of values, as sums of their bytes: what
 * every checkout can compare. Each line of a list names the type of the input, the case, the part and the sum.
 */
public final class ReferenceSums {
    private ReferenceSums() {}

    /** A test for each line; {@code scheme} tells the scheme of a case. */
    public static List<DynamicTest> tests(String list, UnaryOperator<String> scheme) throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : Files.readAllLines(resource(list))) {
            String[] words = line.split(" ", -1);
            tests.add(DynamicTest.dynamicTest(
                    words[1] + " of " + words[0] + ": " + words[2],
                    () -> check(words[0], scheme.apply(words[1]), words[2], words[3])));
        }
        return tests;
    }

    private static void check(String dtype, String scheme, String part, String sum) throws NoSuchAlgorithmException {
        StoredTensor source = ReferenceFiles.input(resource("mix8k." + dtype));
        byte[] bytes = EncodedTensor.of(scheme, source).part(part);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sum);
    }

    private static Path resource(String name) {
        URL found = ReferenceSums.class.getResource("/reference/" + name);
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
