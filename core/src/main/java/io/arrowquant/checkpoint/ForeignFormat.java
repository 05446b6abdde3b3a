package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.RangeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Recognizes what else is found under the name of a safetensors file, to say so instead of "malformed". */
final class ForeignFormat {
    static final String CONVERT_PICKLE =
            "Convert it to safetensors first, for example with transformers' save_pretrained; pickles can run code"
                    + " when they are opened, so they never are here";

    private static final String LFS_POINTER = "version https://git-lfs";

    private ForeignFormat() {}

    /**
     * The refusal of a file whose header has already been found malformed, or null when it is of no known kind. Not
     * for valid files: a header of 640 bytes begins like a pickle.
     */
    static InvalidRequestException refusal(String file, RangeReader reader, RuntimeException malformed)
            throws IOException {
        byte[] start = new byte[(int) Math.min(reader.size(), LFS_POINTER.length())];
        reader.readFully(0, start, 0, start.length);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String shown = "'" + Printable.text(file) + "'";
        if (text.startsWith("PK\u0003\u0004") || text.matches("(?s)\u0080[\u0002-\u0005].*")) {
            return new InvalidRequestException(
                    shown + " is a pickle, not a safetensors file", CONVERT_PICKLE, malformed);
        }
        if (text.startsWith(LFS_POINTER)) {
            return new InvalidRequestException(
                    shown + " is a Git LFS pointer, not the weights themselves",
                    "Fetch the weights with 'git lfs pull' or with huggingface-cli download",
                    malformed);
        }
        if (text.startsWith("GGUF")) {
            return new InvalidRequestException(
                    shown + " is a GGUF file, not a safetensors file", "Read it with format gguf", malformed);
        }
        return null;
    }
}
