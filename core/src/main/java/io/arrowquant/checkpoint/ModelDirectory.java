package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What there is to read in a directory: the weights of the directory itself or, when it has none or is a diffusers
 * pipeline, those of its component directories. A pipeline's weights at the root repeat those of its components. Files that
 * are no weights count wherever they lie.
 */
record ModelDirectory(List<Component> components, List<CheckpointFile> otherFiles, List<String> ignoredWeights) {
    private static final String REVISIONS = "snapshots/";

    static ModelDirectory scan(Storage storage, FileEntry root) throws IOException {
        List<FileEntry> children = PathLookup.list(storage, root.path());
        Confinement confinement = new Confinement(storage, root.path());
        ComponentScan top = new ComponentScan(storage, "", root.path(), children);
        List<ComponentScan> parts = new ArrayList<>();
        boolean pipeline = children.stream().anyMatch(child -> child.name().equals(FileNames.PIPELINE));
        if (pipeline || !top.hasWeights()) {
            parts = directories(storage, children);
        }
        if (parts.stream().noneMatch(ComponentScan::hasWeights)) {
            if (!top.hasWeights()) {
                throw noWeights(root, children, parts);
            }
            parts = List.of(top);
        }
        Map<String, Component> components = new LinkedHashMap<>();
        for (ComponentScan part : parts) {
            if (part.hasWeights()) {
                components.put(part.prefix(), part.component(confinement));
            }
        }
        AllFiles all = new AllFiles(storage, confinement, components);
        all.add(top);
        return new ModelDirectory(List.copyOf(components.values()), all.others(), all.ignoredWeights());
    }

    private static List<ComponentScan> directories(Storage storage, List<FileEntry> children) throws IOException {
        List<ComponentScan> scans = new ArrayList<>();
        for (FileEntry child : children) {
            if (child.directory() && !FileNames.isHidden(child.name())) {
                scans.add(new ComponentScan(
                        storage, child.name() + "/", child.path(), PathLookup.list(storage, child.path())));
            }
        }
        return scans;
    }

    private static InvalidRequestException noWeights(
            FileEntry root, List<FileEntry> children, List<ComponentScan> parts) {
        String shown = "'" + Printable.text(root.path()) + "' ";
        for (FileEntry child : children) {
            if (!child.directory() && FileNames.isPickle(child.name())) {
                return new InvalidRequestException(
                        shown + "holds no .safetensors file, only pickled weights such as '"
                                + Printable.text(child.name()) + "'",
                        ForeignFormat.CONVERT_PICKLE);
            }
        }
        for (FileEntry child : children) {
            if (child.name().endsWith(".gguf")) {
                return new InvalidRequestException(
                        shown + "holds no .safetensors file, but the GGUF file '" + Printable.text(child.name()) + "'",
                        "Read it with format gguf");
            }
        }
        String problem = children.isEmpty() ? "is an empty directory" : "holds no .safetensors file";
        return new InvalidRequestException(shown + problem, remedy(parts));
    }

    /** Downloads of the Hugging Face hub are kept by revision, and users pass the directory above. */
    private static String remedy(List<ComponentScan> parts) {
        for (ComponentScan part : parts) {
            if (part.prefix().equals(REVISIONS) && !part.directories().isEmpty()) {
                return "Pass one revision, such as '"
                        + Printable.text(part.directories().get(0).path()) + "'";
            }
        }
        return "Pass the directory of a model or a .safetensors file";
    }
}
