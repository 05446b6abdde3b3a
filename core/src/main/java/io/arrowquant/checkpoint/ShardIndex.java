package io.arrowquant.checkpoint;

import com.fasterxml.jackson.core.JsonToken;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.safetensors.StrictJson;
import io.arrowquant.storage.RangeReader;
import java.io.IOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The {@code weight_map} of a {@code *.safetensors.index.json}: which tensor lies in which shard beside the index. */
final class ShardIndex {
    /** Ten times the largest published index would still fit ten times over. */
    static final long LARGEST = 100_000_000;

    private static final StrictJson.Limits LIMITS = new StrictJson.Limits(65_536, 65_536, 64);
    private static final String WEIGHT_MAP = "weight_map";

    private final Map<String, String> shardOf;
    private final SortedSet<String> shards;

    private ShardIndex(Map<String, String> shardOf, SortedSet<String> shards) {
        this.shardOf = Collections.unmodifiableMap(shardOf);
        this.shards = Collections.unmodifiableSortedSet(shards);
    }

    /** File names by tensor name, in the order of the index. */
    Map<String, String> shardOf() {
        return shardOf;
    }

    /** The file names in order: plain names ending in .safetensors, at least one. */
    SortedSet<String> shards() {
        return shards;
    }

    static ShardIndex read(String file, RangeReader reader) throws IOException {
        if (reader.size() > LARGEST) {
            throw MalformedFileException.ofFile(
                    file,
                    "the index has " + reader.size() + " bytes, more than the limit of " + LARGEST,
                    "An index lists tensors only: check what this file is");
        }
        return new Parser(file, reader.readAll()).parse();
    }

    private static final class Parser {
        private final String file;
        private final StrictJson json;
        private final Map<String, String> shardOf = new LinkedHashMap<>();
        private final Map<String, String> checked = new HashMap<>();

        Parser(String file, byte[] text) {
            this.file = file;
            this.json = new StrictJson(file, text, 0, LIMITS);
        }

        ShardIndex parse() {
            json.next();
            json.require(JsonToken.START_OBJECT, null, "the index must be an object");
            Set<String> keys = new HashSet<>();
            while (json.next() == JsonToken.FIELD_NAME) {
                String key = json.name();
                if (!keys.add(key)) {
                    throw json.error(null, "the key '" + Printable.text(key) + "' occurs twice");
                }
                json.next();
                if (key.equals(WEIGHT_MAP)) {
                    readWeightMap();
                } else {
                    json.skipValue();
                }
            }
            json.requireEnd();
            if (shardOf.isEmpty()) {
                throw MalformedFileException.ofFile(
                        file, "the index has no weight_map, or one without tensors", StrictJson.DAMAGED);
            }
            return new ShardIndex(shardOf, new TreeSet<>(checked.keySet()));
        }

        private void readWeightMap() {
            json.require(JsonToken.START_OBJECT, null, "weight_map must be an object");
            while (json.next() == JsonToken.FIELD_NAME) {
                String tensor = json.name();
                if (shardOf.containsKey(tensor)) {
                    throw json.error(tensor, "the tensor occurs twice in weight_map");
                }
                json.next();
                shardOf.put(tensor, shard(tensor, json.string(tensor, "a file name in weight_map")));
            }
        }

        /** Checks each name once and keeps one copy of it, however many tensors the shard has. */
        private String shard(String tensor, String name) {
            String known = checked.get(name);
            if (known != null) {
                return known;
            }
            String shown = "weight_map names the file '" + Printable.text(name) + "', ";
            if (!FileNames.staysInside(name)) {
                throw json.error(tensor, shown + "which is not a plain name of a file beside the index");
            }
            if (!FileNames.isSafetensors(name)) {
                throw json.error(tensor, shown + "which is not a .safetensors file");
            }
            checked.put(name, name);
            return name;
        }
    }
}
