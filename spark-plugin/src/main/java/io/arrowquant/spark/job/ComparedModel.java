package io.arrowquant.spark.job;

import io.arrowquant.source.QuantizedTensor;
import io.arrowquant.spark.convert.ConvertTensor;
import io.arrowquant.spark.convert.StoredForm;
import io.arrowquant.spark.read.SourceFile;
import io.arrowquant.spark.read.SourceFiles;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What tasks need to know of a model to read its tensors: where they are, how they are decoded, the files as they were. */
record ComparedModel(List<SourceFile> sources, HashMap<TensorKey, ConvertTensor> tensors) implements Serializable {
    static ComparedModel of(CompareSide side, Collection<TensorKey> wanted) {
        List<SourceFile> sources = SourceFiles.of(side.checkpoint());
        Map<String, Integer> index = SourceFiles.indexByName(sources);
        HashMap<TensorKey, ConvertTensor> tensors = new HashMap<>();
        for (TensorKey key : wanted) {
            CompareSide.Tensor tensor = side.tensors().get(key);
            QuantizedTensor stored = tensor.stored();
            StoredForm form = null;
            if (stored != null) {
                List<Integer> files = new ArrayList<>();
                stored.parts().forEach(part -> files.add(index.get(part.file())));
                form = new StoredForm(stored, List.copyOf(files));
            }
            tensors.put(
                    key,
                    new ConvertTensor(
                            index.get(tensor.checkpoint().file()),
                            tensor.checkpoint().info(),
                            key.layerName(),
                            null,
                            null,
                            form));
        }
        return new ComparedModel(sources, tensors);
    }
}
