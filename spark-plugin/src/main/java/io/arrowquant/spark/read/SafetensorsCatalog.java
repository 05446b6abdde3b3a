package io.arrowquant.spark.read;

import io.arrowquant.spark.write.PathCatalog;

/** The catalog behind {@code format("safetensors")}: every path is a table. */
public final class SafetensorsCatalog extends PathCatalog {
    static final String NAME = "arrowquant_safetensors";

    public SafetensorsCatalog() {
        super(SafetensorsTable::new);
    }
}
