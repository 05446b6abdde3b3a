package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What there is to read in a directory: the weights of the directory itself or, when it has none or is a diffusers
 * pipeline, those of its component directories. A pipeline's weights at the root repeat those of its components.
 */
record ModelDirectory(List<Component> components, List<CheckpointFile> otherFiles, List<String> ignoredWeights) {

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
                throw noWeights(root, children);
            }
            Component only = top.component(confinement);
            return new ModelDirectory(List.of(only), top.otherFiles(confinement), top.ignoredWeights(only));
        }
        List<Component> components = new ArrayList<>();
        List<CheckpointFile> otherFiles = new ArrayList<>(top.otherFiles(confinement));
        List<String> ignored = new ArrayList<>(top.ignoredWeights(null));
        for (ComponentScan part : parts) {
            Component component = part.hasWeights() ? part.component(confinement) : null;
            if (component != null) {
                components.add(component);
            }
            otherFiles.addAll(part.otherFiles(confinement));
            ignored.addAll(part.ignoredWeights(component));
        }
        return new ModelDirectory(components, otherFiles, ignored);
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

    private static InvalidRequestException noWeights(FileEntry root, List<FileEntry> children) {
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
        return new InvalidRequestException(shown + problem, "Pass the directory of a model or a .safetensors file");
    }
}
