package io.arrowquant.recipe;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Everything a recipe can say. One list for recipe files, flags, options of data sources and environment variables: a key
 * means the same everywhere.
 */
public enum Setting {
    SCHEME(Kind.TEXT, "what to quantize with, in the spelling of the catalog, e.g. int4(group_size=64) or W4A16"),
    BIT_WIDTH(Kind.COUNT, "2, 4 or 8: the same as scheme int2, int4 or int8"),
    PROFILE(Kind.TEXT, "edge (int2, group 256, min cosine 0.65), local (int4, 128, 0.85) or cloud (int8, 64, 0.95)"),
    LAYOUT(
            Kind.TEXT,
            "parquet, compressed-tensors, bitsandbytes, gptq, awq or fp8; default: what is usual for the scheme"),
    GROUP_SIZE(Kind.COUNT, "elements that share a scale"),
    SYMMETRIC(Kind.FLAG, "zero in the middle of the codes instead of a zero point"),
    OBSERVER(Kind.TEXT, "how a range is found: minmax as it is, mse shrunk to the least error"),
    SKIP(Kind.LIST, "patterns of tensors that stay as they are"),
    RULES(Kind.RULES, "match with scheme, keep or drop, in order; the first that matches a tensor counts"),
    LAYER_BIT_WIDTHS(Kind.WIDTHS, "bits of single layers by pattern: the scheme in another width; 16 keeps them"),
    DEFAULTS(
            Kind.FLAG,
            "whether embeddings, heads, norms, routers and the like stay as they are; default: true",
            "skip_sensitive_layers"),
    STRICT(Kind.FLAG, "whether patterns without a match, and tensors that do not fit, are errors; default: false"),
    MIN_COSINE(
            Kind.NUMBER,
            "a tensor that would come out below gets more bits: 2, 4, 8, and at last it is kept",
            "min_accuracy"),
    TARGET_SIZE(Kind.SIZE, "tensor bytes of the whole output at most: schemes are chosen for the least error"),
    TARGET_BPW(Kind.NUMBER, "the same as a target size, in bits for each parameter"),
    CANDIDATES(Kind.LIST, "the schemes that may be chosen for a target; default: those of the scheme's family"),
    ON_NON_FINITE(Kind.TEXT, "error (default): NaN and infinities fail the job; clamp: they are replaced and counted"),
    QUALITY(Kind.FLAG, "whether the error of every layer is measured; default: true"),
    ALLOW_REQUANTIZE(Kind.FLAG, "whether weights that are quantized already are decoded on the way; default: false"),
    MAX_SHARD_SIZE(Kind.SIZE, "tensor bytes of an output file at most, e.g. 5GB, unless one tensor has more"),
    MAX_PARTITION_BYTES(Kind.SIZE, "tables: larger tensors are cut between tasks, e.g. 512MiB");

    /** What a value looks like. */
    enum Kind {
        TEXT("string"),
        COUNT("integer"),
        NUMBER("number"),
        FLAG("boolean"),
        SIZE("string or integer"),
        LIST("list of strings"),
        RULES("list of rules"),
        WIDTHS("map of pattern to bits");

        private final String shown;

        Kind(String shown) {
            this.shown = shown;
        }

        /** As documents call it. */
        String shown() {
            return shown;
        }
    }

    /** How the names of variables begin. */
    static final String VARIABLES = "ARROWQUANT_";

    private final Kind kind;
    private final String meaning;
    private final String alias;

    Setting(Kind kind, String meaning) {
        this(kind, meaning, "");
    }

    Setting(Kind kind, String meaning, String alias) {
        this.kind = kind;
        this.meaning = meaning;
        this.alias = alias;
    }

    Kind kind() {
        return kind;
    }

    /** For documents. */
    public String meaning() {
        return meaning;
    }

    /** Another key for the same, or "". */
    String alias() {
        return alias;
    }

    /** As recipes spell it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The environment variable that sets it. */
    public String variable() {
        return VARIABLES + name();
    }

    /** That, and the one of the other key for the same. */
    List<String> variables() {
        return alias.isEmpty() ? List.of(variable()) : List.of(variable(), VARIABLES + alias.toUpperCase(Locale.ROOT));
    }

    static boolean isVariable(String name) {
        return Arrays.stream(values()).anyMatch(setting -> setting.variables().contains(name));
    }

    /** The setting with a key, in any case and with or without underscores or hyphens; null when there is none. */
    public static Setting find(String key) {
        String plain = plain(key);
        for (Setting setting : values()) {
            if (plain(setting.key()).equals(plain)
                    || (!setting.alias.isEmpty() && plain(setting.alias).equals(plain))) {
                return setting;
            }
        }
        return null;
    }

    /** All keys, for messages. */
    public static List<String> keys() {
        return Arrays.stream(values()).map(Setting::key).toList();
    }

    private static String plain(String key) {
        return key.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }
}
