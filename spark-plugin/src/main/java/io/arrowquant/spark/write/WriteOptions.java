package io.arrowquant.spark.write;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.ByteSize;
import io.arrowquant.storage.PlainNames;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The writer's options. Options of ours have no dot in their names, those of file systems do ({@code fs.s3a.endpoint});
 * so an unknown name without a dot is a typing error.
 *
 * @param maxShardBytes files are cut, between tensors, before they hold more than this
 * @param source a checkpoint whose config, tokenizer and other files are carried over, or null
 * @param names what files are called
 */
record WriteOptions(long maxShardBytes, String source, ShardNames names) {
    static final String PATH = "path";
    static final String MAX_SHARD_BYTES = "maxShardBytes";
    static final String MAX_SHARD_SIZE = "max_shard_size";
    static final String SOURCE = "source";
    static final String FILE_STEM = "fileStem";

    /** As huggingface_hub cuts checkpoints. */
    static final long DEFAULT_MAX_SHARD_BYTES = 5_000_000_000L;

    private static final List<String> KNOWN = List.of(PATH, MAX_SHARD_BYTES, MAX_SHARD_SIZE, SOURCE, FILE_STEM);

    static WriteOptions of(Map<String, String> given) {
        CaseInsensitiveStringMap options = new CaseInsensitiveStringMap(given);
        for (String name : given.keySet()) {
            if (name.indexOf('.') < 0 && KNOWN.stream().noneMatch(name::equalsIgnoreCase)) {
                throw InvalidRequestException.unknown("option", name, KNOWN);
            }
        }
        String source = options.get(SOURCE);
        return new WriteOptions(
                maxShardBytes(options), source == null || source.isBlank() ? null : source, names(options));
    }

    private static ShardNames names(CaseInsensitiveStringMap options) {
        String stem = options.getOrDefault(FILE_STEM, ShardNames.USUAL);
        if (!PlainNames.isPlain(stem) || !PlainNames.isVisible(stem)) {
            throw new InvalidRequestException(
                    "Invalid " + FILE_STEM + ": '" + Printable.text(stem) + "'",
                    "Write the beginning of a file name, such as diffusion_pytorch_model");
        }
        return new ShardNames(stem);
    }

    private static long maxShardBytes(CaseInsensitiveStringMap options) {
        for (String name : List.of(MAX_SHARD_BYTES, MAX_SHARD_SIZE)) {
            String text = options.get(name);
            if (text != null) {
                return ByteSize.parse(name, text);
            }
        }
        return DEFAULT_MAX_SHARD_BYTES;
    }
}
