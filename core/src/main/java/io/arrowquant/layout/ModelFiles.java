package io.arrowquant.layout;

import io.arrowquant.recipe.PlannedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shares the tensors of a plan out over files. Each is the work of one task, and it is written in one go. Files stay as
 * they are in the source, which is what users compare with, unless they are fewer than would keep the cluster busy or
 * larger than allowed.
 */
public final class ModelFiles {
    /** Below this much to read, a task is not worth its start. */
    private static final long SMALLEST_TASK = 128L << 20;

    private static final Pattern NUMBERED = Pattern.compile("(.*?)(?:-\\d+-of-\\d+)?(\\.safetensors)");

    private ModelFiles() {}

    /**
     * Shares tensors out.
     *
     * @param shareScales whether weights that runtimes fuse share a scale, and lie in one file therefore
     * @param parallelism tasks that can run at once
     * @param maxBytes tensor bytes of an output file, unless a single tensor has more; {@code Long.MAX_VALUE} for any
     */
    public static List<ModelFile> of(List<PlannedTensor> tensors, boolean shareScales, int parallelism, long maxBytes) {
        Map<String, List<PlannedTensor>> shards = shards(tensors, shareScales);
        long total = 0;
        for (PlannedTensor tensor : tensors) {
            total += tensor.bytesBefore();
        }
        long share =
                shards.size() >= parallelism ? Long.MAX_VALUE / 4 : Math.max(SMALLEST_TASK, total / parallelism + 1);
        Map<String, List<ModelFile>> components = new LinkedHashMap<>();
        Map<String, Boolean> renumbered = new LinkedHashMap<>();
        shards.forEach((name, members) -> {
            List<ModelFile> pieces = cut(name, members, share, maxBytes);
            String component = pieces.get(0).component();
            components.computeIfAbsent(component, unused -> new ArrayList<>()).addAll(pieces);
            renumbered.merge(component, pieces.size() > 1, Boolean::logicalOr);
        });
        List<ModelFile> files = new ArrayList<>();
        components.forEach(
                (component, pieces) -> files.addAll(renumbered.get(component) ? number(component, pieces) : pieces));
        return List.copyOf(files);
    }

    private static Map<String, List<PlannedTensor>> shards(List<PlannedTensor> tensors, boolean shareScales) {
        Map<String, List<PlannedTensor>> shards = new LinkedHashMap<>();
        // In the order of the source, also where the first tensors of a file lie in another one there.
        tensors.forEach(tensor -> shards.putIfAbsent(tensor.source().file(), new ArrayList<>()));
        ScalePartners partners = new ScalePartners(shareScales ? tensors : List.of());
        for (PlannedTensor tensor : tensors) {
            shards.get(partners.fileOf(tensor)).add(tensor);
        }
        shards.values().removeIf(List::isEmpty);
        return shards;
    }

    private static List<ModelFile> cut(String name, List<PlannedTensor> members, long share, long maxBytes) {
        List<ModelFile> pieces = new ArrayList<>();
        List<PlannedTensor> current = new ArrayList<>();
        long read = 0;
        long written = 0;
        for (PlannedTensor member : members) {
            // A little more than its share is better than a file for what is left.
            boolean full = read + member.bytesBefore() > share + share / 4 || written + member.bytesAfter() > maxBytes;
            if (full && !current.isEmpty()) {
                pieces.add(new ModelFile(name, List.copyOf(current)));
                current.clear();
                read = 0;
                written = 0;
            }
            current.add(member);
            read = Math.min(Long.MAX_VALUE / 4, read + member.bytesBefore());
            written = Math.min(Long.MAX_VALUE / 4, written + member.bytesAfter());
        }
        pieces.add(new ModelFile(name, List.copyOf(current)));
        return pieces;
    }

    private static List<ModelFile> number(String component, List<ModelFile> pieces) {
        String stem = stem(pieces.get(0).name().substring(component.length()));
        List<ModelFile> numbered = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            numbered.add(new ModelFile(
                    component + numbered(stem, i, pieces.size()), pieces.get(i).tensors()));
        }
        return numbered;
    }

    /** {@code model-00001-of-00002.safetensors}; {@code index} counts from zero. */
    public static String numbered(String stem, int index, int count) {
        return String.format(Locale.ROOT, "%s-%05d-of-%05d.safetensors", stem, index + 1, count);
    }

    /** {@code model} of {@code model-00001-of-00002.safetensors}. */
    public static String stem(String file) {
        Matcher matcher = NUMBERED.matcher(file);
        return matcher.matches() ? matcher.group(1) : file;
    }
}
