package io.arrowquant.spark.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.arrowquant.kernel.Kernels;
import io.arrowquant.layout.ModelFiles;
import io.arrowquant.safetensors.SafetensorsWriter;
import io.arrowquant.safetensors.TensorSource;
import io.arrowquant.safetensors.TensorSpec;
import io.arrowquant.storage.LocalStorage;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A small checkpoint that looks like a Llama: BF16, sharded, with index, config and a tokenizer. The weights are bell
 * curves with a few outliers, as trained weights are, from a fixed seed: every run makes the same bytes.
 */
final class DemoCheckpoint {
    private static final int HIDDEN = 512;
    private static final int INTERMEDIATE = 1408;
    private static final int HEADS = 8;
    private static final int KEY_VALUE_HEADS = 4;
    private static final int VOCABULARY = 4096;
    private static final double DEVIATION = 0.02;

    /** One weight in this many is an outlier, this many times as large as the others. */
    private static final int ONE_OUTLIER_IN = 2000;

    private static final int OUTLIER_FACTOR = 12;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final long LARGEST_SHARD = 16L << 20;
    private static final String INDEX = "model.safetensors.index.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final int layers;

    DemoCheckpoint(Path directory, long wantedBytes) {
        this.directory = directory;
        long outside = bytes(tensors(0));
        long perLayer = bytes(tensors(1)) - outside;
        this.layers = (int) Math.max(1, Math.min(1000, Math.round((double) (wantedBytes - outside) / perLayer)));
    }

    /** True when an earlier run made the same checkpoint. */
    boolean exists() throws IOException {
        Path index = directory.resolve(INDEX);
        return Files.exists(index)
                && JSON.readTree(index.toFile())
                                .path("metadata")
                                .path("demo_layers")
                                .asInt()
                        == layers;
    }

    /** Makes the checkpoint, whole or not at all. */
    void create() throws IOException {
        Path parent = directory.toAbsolutePath().getParent();
        Files.createDirectories(parent);
        Path unfinished = Files.createTempDirectory(parent, ".demo-");
        try {
            write(unfinished);
            moveIntoPlace(unfinished);
        } finally {
            deleteTree(unfinished);
        }
    }

    private void moveIntoPlace(Path finished) throws IOException {
        deleteTree(directory);
        try {
            Files.move(finished, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException plainMove) {
            Files.move(finished, directory);
        }
    }

    private void write(Path target) throws IOException {
        List<List<TensorSpec>> shards = shards();
        ObjectNode index = JSON.createObjectNode();
        index.putObject("metadata").put("total_size", bytes(tensors(layers))).put("demo_layers", layers);
        ObjectNode weightMap = index.putObject("weight_map");
        for (int i = 0; i < shards.size(); i++) {
            String name = ModelFiles.numbered("model", i, shards.size());
            List<TensorSource> sources = new ArrayList<>();
            for (TensorSpec spec : shards.get(i)) {
                sources.add(new TensorSource(spec, out -> writeWeights(spec, out)));
                weightMap.put(spec.name(), name);
            }
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(target.resolve(name)), 1 << 20)) {
                SafetensorsWriter.write(out, Map.of("format", "pt"), sources);
            }
        }
        writeJson(target.resolve("config.json"), config());
        writeJson(
                target.resolve("generation_config.json"),
                JSON.createObjectNode().put("eos_token_id", 2));
        writeJson(
                target.resolve("tokenizer_config.json"), JSON.createObjectNode().put("model_max_length", 2048));
        writeJson(target.resolve("tokenizer.json"), tokenizer());
        writeJson(target.resolve(INDEX), index);
    }

    private List<List<TensorSpec>> shards() {
        List<List<TensorSpec>> shards = new ArrayList<>();
        List<TensorSpec> shard = new ArrayList<>();
        long size = 0;
        for (TensorSpec tensor : tensors(layers)) {
            if (!shard.isEmpty() && size + tensor.byteLength() > LARGEST_SHARD) {
                shards.add(shard);
                shard = new ArrayList<>();
                size = 0;
            }
            shard.add(tensor);
            size += tensor.byteLength();
        }
        shards.add(shard);
        return shards;
    }

    private static List<TensorSpec> tensors(int layers) {
        int keyValue = HIDDEN / HEADS * KEY_VALUE_HEADS;
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(tensor("model.embed_tokens", VOCABULARY, HIDDEN));
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "model.layers." + layer + ".";
            tensors.add(tensor(prefix + "input_layernorm", HIDDEN));
            tensors.add(tensor(prefix + "self_attn.q_proj", HIDDEN, HIDDEN));
            tensors.add(tensor(prefix + "self_attn.k_proj", keyValue, HIDDEN));
            tensors.add(tensor(prefix + "self_attn.v_proj", keyValue, HIDDEN));
            tensors.add(tensor(prefix + "self_attn.o_proj", HIDDEN, HIDDEN));
            tensors.add(tensor(prefix + "post_attention_layernorm", HIDDEN));
            tensors.add(tensor(prefix + "mlp.gate_proj", INTERMEDIATE, HIDDEN));
            tensors.add(tensor(prefix + "mlp.up_proj", INTERMEDIATE, HIDDEN));
            tensors.add(tensor(prefix + "mlp.down_proj", HIDDEN, INTERMEDIATE));
        }
        tensors.add(tensor("model.norm", HIDDEN));
        tensors.add(tensor("lm_head", VOCABULARY, HIDDEN));
        return tensors;
    }

    private static TensorSpec tensor(String name, long... shape) {
        return new TensorSpec(name + ".weight", DataType.BF16, Shape.of(shape));
    }

    private static long bytes(List<TensorSpec> tensors) {
        long bytes = 0;
        for (TensorSpec tensor : tensors) {
            bytes += tensor.byteLength();
        }
        return bytes;
    }

    private static void writeWeights(TensorSpec spec, OutputStream out) throws IOException {
        long state = spec.name().hashCode();
        boolean norm = spec.shape().rank() == 1;
        float[] row = new float[Math.toIntExact(spec.shape().columns())];
        byte[] stored = new byte[row.length * DataType.BF16.bytes()];
        for (long i = 0; i < spec.shape().rows(); i++) {
            for (int j = 0; j < row.length; j++) {
                state += GOLDEN_GAMMA;
                long bits = mix(state);
                double value = bell(bits) * DEVIATION;
                boolean outlier = Long.remainderUnsigned(mix(bits), ONE_OUTLIER_IN) == 0;
                row[j] = (float) (norm ? 1 + value : outlier ? value * OUTLIER_FACTOR : value);
            }
            Kernels.get().narrowing().narrow(row, 0, DataType.BF16, stored, 0, row.length);
            out.write(stored);
        }
    }

    /** The mixing function of SplitMix64. */
    private static long mix(long state) {
        long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Four even numbers in one word add up to nearly a bell curve; this one has mean 0 and deviation 1. */
    private static double bell(long bits) {
        long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
        return (sum - 2 * 65535) / (65535 * Math.sqrt(4 / 12.0));
    }

    private ObjectNode config() {
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama");
        config.put("hidden_size", HIDDEN);
        config.put("intermediate_size", INTERMEDIATE);
        config.put("num_hidden_layers", layers);
        config.put("num_attention_heads", HEADS);
        config.put("num_key_value_heads", KEY_VALUE_HEADS);
        config.put("vocab_size", VOCABULARY);
        config.put("rms_norm_eps", 1e-5);
        config.put("tie_word_embeddings", false);
        config.put("torch_dtype", "bfloat16");
        return config;
    }

    private static ObjectNode tokenizer() {
        ObjectNode tokenizer = JSON.createObjectNode();
        tokenizer.put("version", "1.0");
        ObjectNode vocabulary =
                tokenizer.putObject("model").put("type", "WordLevel").putObject("vocab");
        vocabulary.put("<unk>", 0).put("<s>", 1).put("</s>", 2);
        return tokenizer;
    }

    private static void writeJson(Path file, ObjectNode content) throws IOException {
        Files.writeString(file, content.toPrettyString() + "\n");
    }

    private static void deleteTree(Path root) throws IOException {
        LocalStorage.INSTANCE.delete(root.toString());
    }
}
