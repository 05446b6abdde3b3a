package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.arrowquant.tensor.DataType;
import org.junit.jupiter.api.Test;

class TileTest {
    @Test
    void storedElementsAreWidenedOnceWhenAskedFor() {
        byte[] stored = {0, 0, (byte) 0x80, 0x3f, 0, (byte) 0xc0};
        Tile tile = new Tile().setStored(DataType.BF16, stored, 2, 2);
        assertThat(tile.isStored()).isTrue();
        assertThat(tile.type()).isEqualTo(DataType.BF16);
        assertThat(tile.bytes()).isSameAs(stored);
        assertThat(tile.byteOffset()).isEqualTo(2);
        assertThat(tile.count()).isEqualTo(2);
        float[] floats = tile.floats();
        assertThat(floats[tile.floatOffset()]).isEqualTo(1f);
        assertThat(floats[tile.floatOffset() + 1]).isEqualTo(-2f);
        stored[3] = 0x40;
        assertThat(tile.floats()).isSameAs(floats);
        assertThat(floats[tile.floatOffset()]).isEqualTo(1f);
    }

    @Test
    void floatsAreViewedWhereTheyAre() {
        float[] values = {1f, 2f, 3f};
        Tile tile = new Tile().setFloats(values, 1, 2);
        assertThat(tile.isStored()).isFalse();
        assertThat(tile.type()).isEqualTo(DataType.F32);
        assertThat(tile.floats()).isSameAs(values);
        assertThat(tile.floatOffset()).isEqualTo(1);
        assertThat(tile.count()).isEqualTo(2);
    }

    @Test
    void aTileIsReused() {
        Tile tile = new Tile();
        byte[] halves = {0, 0x3c};
        float[] first = tile.setStored(DataType.F16, halves, 0, 1).floats();
        assertThat(first[0]).isEqualTo(1f);
        assertThat(tile.setFloats(new float[] {7f}, 0, 1).floats()).containsExactly(7f);
        byte[] bytes = new byte[40_000];
        bytes[39_999] = 5;
        tile.setStored(DataType.U8, bytes, 0, 40_000);
        assertThat(tile.floats()[tile.floatOffset() + 39_999]).isEqualTo(5f);
    }
}
