package io.arrowquant.spark.job;

import io.arrowquant.layout.ModelFile;
import io.arrowquant.layout.WeightIndex;
import io.arrowquant.recipe.Layout;
import io.arrowquant.recipe.PlannedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The indexes of a model directory: one for each component of more than one file; llm-compressor gives a model one however
 * few files it has.
 */
final class WeightIndexes {
    /** A tensor of the output. */
    record Entry(String name, long bytes) {}

    private WeightIndexes() {}

    /** The texts by their names in the output; {@code entries} says what a tensor becomes. */
    static Map<String, byte[]> of(Layout layout, List<ModelFile> files, Function<PlannedTensor, List<Entry>> entries) {
        Map<String, List<ModelFile>> components = new LinkedHashMap<>();
        for (ModelFile file : files) {
            components
                    .computeIfAbsent(file.component(), unused -> new ArrayList<>())
                    .add(file);
        }
        Map<String, byte[]> texts = new LinkedHashMap<>();
        components.forEach((component, members) -> {
            boolean always = component.isEmpty() && layout == Layout.COMPRESSED_TENSORS;
            if (always || members.size() > 1) {
                String file = members.get(0).name().substring(component.length());
                texts.put(component + WeightIndex.nameBeside(file), text(layout, component, members, entries));
            }
        });
        return texts;
    }

    private static byte[] text(
            Layout layout, String component, List<ModelFile> files, Function<PlannedTensor, List<Entry>> entries) {
        TreeMap<String, String> places = new TreeMap<>();
        long bytes = 0;
        long parameters = 0;
        for (ModelFile file : files) {
            for (PlannedTensor tensor : file.tensors()) {
                parameters += WeightIndex.parameters(tensor.source().info());
                for (Entry entry : entries.apply(tensor)) {
                    places.put(entry.name(), file.name().substring(component.length()));
                    bytes += entry.bytes();
                }
            }
        }
        return WeightIndex.text(places, layout == Layout.BITSANDBYTES ? parameters : -1, bytes);
    }
}
