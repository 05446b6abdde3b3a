package io.arrowquant.scheme.compressed;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.scheme.EncodedTensor;
import io.arrowquant.scheme.ReferenceFiles;
import io.arrowquant.scheme.StoredTensor;
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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The first eight rows of what compressed-tensors makes of a matrix of all kinds of values, as sums of their bytes; for
 * the schemes whose rows do not depend on each other. {@link CompressedReferenceTest} compares everything.
 */
class CompressedSliceTest {
    @TestFactory
    List<DynamicTest> everySlice() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : Files.readAllLines(resource("compressed-tensors.sha256"))) {
            String[] words = line.split(" ", -1);
            tests.add(DynamicTest.dynamicTest(
                    words[1] + " of " + words[0] + ": " + words[2],
                    () -> check(words[0], words[1], words[2], words[3])));
        }
        return tests;
    }

    private static void check(String dtype, String name, String part, String sum) throws NoSuchAlgorithmException {
        StoredTensor source = ReferenceFiles.input(resource("mix8k." + dtype));
        byte[] bytes =
                EncodedTensor.of(CompressedReferenceTest.scheme(name), source).part(part);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(sum);
    }

    private static Path resource(String name) {
        URL found = CompressedSliceTest.class.getResource("/reference/" + name);
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
