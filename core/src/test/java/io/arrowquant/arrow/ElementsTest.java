package io.arrowquant.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layouts that Arrow Java does not make itself, and the words for types. */
class ElementsTest {
    private final BufferAllocator allocator = new RootAllocator();
    private ArrowBuf memory;

    @BeforeEach
    void allocate() {
        memory = allocator.buffer(256);
        memory.setZero(0, 256);
    }

    @AfterEach
    void free() {
        memory.close();
        allocator.close();
    }

    private static ForeignType type(String format, ForeignType... children) {
        return new ForeignType(format, "x", List.of(children), null);
    }

    private static ForeignArray array(ForeignType type, long length, long... buffers) {
        ForeignArray[] children = new ForeignArray[type.children().size()];
        for (int i = 0; i < children.length; i++) {
            children[i] = new ForeignArray(type.children().get(i), 100, 0, new long[3], new ForeignArray[0], null);
        }
        return new ForeignArray(type, length, 0, buffers, children, null);
    }

    @Test
    void listViewsLieInAnyOrder() {
        long at = memory.memoryAddress();
        for (boolean wide : new boolean[] {false, true}) {
            for (int i = 0; i < 2; i++) {
                if (wide) {
                    memory.setLong(i * 8L, 20 - 10 * i);
                    memory.setLong(64 + i * 8L, 3 + i);
                } else {
                    memory.setInt(i * 4L, 20 - 10 * i);
                    memory.setInt(64 + i * 4L, 3 + i);
                }
            }
            Elements views = Elements.of(array(type(wide ? "+vL" : "+vl", type("f")), 2, 0, at, at + 64));

            assertThat(views.begin(0)).isEqualTo(20);
            assertThat(views.begin(1)).isEqualTo(10);
            assertThat(views.count(1)).isEqualTo(4);
            assertThat(views.isNull(0)).isFalse();
        }
    }

    @Test
    void viewsOfStringsAreShortOrElsewhere() {
        long at = memory.memoryAddress();
        memory.setInt(0, 3);
        memory.setBytes(4, "abc".getBytes(StandardCharsets.US_ASCII));
        memory.setInt(16, 13);
        memory.setInt(24, 0);
        memory.setInt(28, 5);
        memory.setBytes(105, "a long string".getBytes(StandardCharsets.US_ASCII));
        ForeignArray views = array(type("vu"), 2, 0, at, at + 100);

        TextColumn text = new TextColumn(views, "x");

        assertThat(text.get(0)).isEqualTo("abc");
        assertThat(text.get(1)).isEqualTo("a long string");
        assertThat(Elements.of(views).begin(1)).isZero();
    }

    @Test
    void fixedRowsFollowEachOther() {
        long at = memory.memoryAddress();
        Elements binaries = Elements.of(array(type("w:8"), 3, 0, at));
        Elements lists = Elements.of(array(type("+w:5", type("f")), 3, 0));

        assertThat(binaries.address(2)).isEqualTo(at + 16);
        assertThat(binaries.count(0)).isEqualTo(8);
        assertThat(lists.begin(2)).isEqualTo(10);
        assertThat(lists.count(2)).isEqualTo(5);
        assertThat(Elements.of(array(type("f"), 1, 0, at))).isNull();
    }

    @Test
    void nullsAreFoundInBitmaps() {
        memory.setOne(0, 4);
        MemoryUtil.putByte(memory.memoryAddress() + 2, (byte) 0b1111_0111);
        ForeignArray array = new ForeignArray(
                type("f"),
                32,
                -1,
                new long[] {memory.memoryAddress(), memory.memoryAddress()},
                new ForeignArray[0],
                null);

        assertThat(array.firstNull(0, 32)).isEqualTo(19);
        assertThat(array.firstNull(20, 32)).isEqualTo(-1);
        assertThat(array.isNull(19)).isTrue();
        assertThat(array.isNull(18)).isFalse();
    }

    @Test
    void integersOfAllWidths() {
        memory.setLong(0, -2);
        for (String format : List.of("c", "s", "i", "l", "L")) {
            assertThat(array(type(format), 1, 0, memory.memoryAddress()).integer(0))
                    .isEqualTo(-2);
        }
        assertThat(array(type("C"), 1, 0, memory.memoryAddress()).integer(0)).isEqualTo(254);
        assertThat(array(type("S"), 1, 0, memory.memoryAddress()).integer(0)).isEqualTo(65_534);
        assertThat(array(type("I"), 1, 0, memory.memoryAddress()).integer(0)).isEqualTo(4_294_967_294L);
    }

    @ParameterizedTest
    @CsvSource({
        "n, 'null'",
        "b, bool",
        "c, int8",
        "C, uint8",
        "s, int16",
        "S, uint16",
        "i, int32",
        "I, uint32",
        "l, int64",
        "L, uint64",
        "e, float16",
        "f, float32",
        "g, float64",
        "u, string",
        "U, large_string",
        "vu, string_view",
        "z, binary",
        "Z, large_binary",
        "vz, binary_view",
        "w:4, fixed_size_binary[4]",
        "+l, list<float32>",
        "+L, large_list<float32>",
        "+vl, list_view<float32>",
        "+vL, large_list_view<float32>",
        "'+w:3', 'fixed_size_list<float32, 3>'",
        "+m, map",
        "+s, struct",
        "tdD, format 'tdD'"
    })
    void typesHaveNames(String format, String name) {
        assertThat(type(format, type("f")).describe()).isEqualTo(name);
        assertThat(new ForeignType("i", "", List.of(), type("u")).describe()).isEqualTo("dictionary<string>");
    }
}
