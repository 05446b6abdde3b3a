package io.arrowquant.spark.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.MalformedFileException;
import io.arrowquant.storage.Crc32c;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorTallyTest {
    private static final TensorKey KEY = new TensorKey("a.safetensors", "w");
    private static final byte[] DATA = {1, 2, 3, 4, 5, 6};

    private static PieceChecksum piece(int start, int count) {
        return new PieceChecksum(
                KEY.file(), KEY.layerName(), "part-" + start % 2, start, count, new long[] {count, 0, 0}, new int[] {
                    Crc32c.of(DATA, start, count), 0, 0
                });
    }

    private static Map<TensorKey, TensorTally.Found> tally(PieceChecksum... pieces) {
        TensorTally tally = new TensorTally("out");
        tally.add(List.of(pieces));
        return tally.tensors();
    }

    @Test
    void piecesInAnyOrderMakeTheTensor() {
        TensorTally.Found found = tally(piece(5, 1), piece(0, 2), piece(2, 3)).get(KEY);

        assertThat(found.elements()).isEqualTo(6);
        assertThat(found.checksum()).isEqualTo(Crc32c.of(DATA));
        assertThat(found.outputFiles()).containsExactly("part-0", "part-1");
        assertThat(found.rows()).isEqualTo(3);
    }

    @Test
    void gapsAndDoublesAreErrors() {
        assertThatThrownBy(() -> tally(piece(0, 2), piece(3, 3)))
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("tensor 'w' of a.safetensors has a gap: after element 2 a row begins at 3");
        assertThatThrownBy(() -> tally(piece(0, 2), piece(1, 5)))
                .hasMessageContaining("is there twice: after element 2 a row begins at 1");
        assertThatThrownBy(() -> tally(piece(0, 6), piece(0, 6))).hasMessageContaining("is there twice");
    }

    @Test
    void anEmptyTensorIsOneEmptyPiece() {
        assertThat(tally(piece(0, 0)).get(KEY).elements()).isZero();
    }
}
