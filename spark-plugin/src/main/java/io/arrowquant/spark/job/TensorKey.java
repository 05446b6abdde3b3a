package io.arrowquant.spark.job;

import io.arrowquant.checkpoint.CheckpointTensor;
import io.arrowquant.error.Printable;
import java.io.Serializable;

/** A tensor of a checkpoint: components of one checkpoint may use the same name, in different files. */
record TensorKey(String file, String layerName) implements Comparable<TensorKey>, Serializable {
    static TensorKey of(CheckpointTensor tensor) {
        return new TensorKey(tensor.file(), tensor.name());
    }

    @Override
    public int compareTo(TensorKey other) {
        int files = file.compareTo(other.file);
        return files != 0 ? files : layerName.compareTo(other.layerName);
    }

    /** For messages. */
    String shown() {
        return "'" + Printable.text(layerName) + "' of " + Printable.text(file);
    }
}
