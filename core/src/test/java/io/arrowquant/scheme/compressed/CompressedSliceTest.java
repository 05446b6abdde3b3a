package io.arrowquant.scheme.compressed;

import io.arrowquant.scheme.ReferenceSums;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The schemes whose rows do not depend on each other; {@link CompressedReferenceTest} compares everything. */
class CompressedSliceTest {
    @TestFactory
    List<DynamicTest> everySlice() throws IOException {
        return ReferenceSums.tests("compressed-tensors.sha256", CompressedReferenceTest::scheme);
    }
}
