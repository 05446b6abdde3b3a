package io.arrowquant.checkpoint;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;
import io.arrowquant.storage.Storage;
import io.arrowquant.storage.Storage.FileEntry;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Files a user named one by one, or with a glob, as components. Links are followed: the user chose the file. */
final class ExplicitFiles {
    private ExplicitFiles() {}

    static List<Component> components(Storage storage, String root, List<String> files) throws IOException {
        if (files.isEmpty()) {
            throw new InvalidRequestException(
                    "No files to read below '" + Printable.text(root) + "'", "Check the pattern they were sought with");
        }
        FileEntry rootEntry = PathLookup.status(storage, root);
        Set<String> seen = new HashSet<>();
        Map<String, Map<String, CheckpointFile>> byComponent = new TreeMap<>();
        for (String path : files) {
            FileEntry entry = PathLookup.status(storage, path);
            requireSafetensorsName(entry);
            CheckpointFile file = new CheckpointFile(relativeName(storage, rootEntry, entry), entry);
            if (!seen.add(file.file())) {
                throw new InvalidRequestException("The file '" + Printable.text(path) + "' is named twice");
            }
            byComponent
                    .computeIfAbsent(file.component(), key -> new TreeMap<>())
                    .put(file.file(), file);
        }
        List<Component> components = new ArrayList<>();
        for (Map<String, CheckpointFile> shards : byComponent.values()) {
            components.add(new Component(List.copyOf(shards.values()), null, null));
        }
        return components;
    }

    static void requireSafetensorsName(FileEntry entry) {
        String shown = "'" + Printable.text(entry.path()) + "' ";
        if (entry.directory()) {
            throw new InvalidRequestException(shown + "is a directory, not a file", "Name the files in it");
        }
        if (FileNames.isSafetensors(entry.name())) {
            return;
        }
        if (FileNames.isPickle(entry.name())) {
            throw new InvalidRequestException(
                    shown + "is a pickle, not a safetensors file", ForeignFormat.CONVERT_PICKLE);
        }
        if (entry.name().endsWith(".gguf")) {
            throw new InvalidRequestException(
                    shown + "is a GGUF file, not a safetensors file", "Read it with format gguf");
        }
        throw new InvalidRequestException(
                shown + "is not a safetensors file: its name does not end in .safetensors",
                "Pass the directory of a model or a .safetensors file");
    }

    private static String relativeName(Storage storage, FileEntry root, FileEntry file) throws IOException {
        String base = root.path();
        String path = file.path();
        if (!Confinement.isInside(path, base) || path.contains("..")) {
            // The same place may be spelled in several ways: "model.safetensors" in ".", or "a/../model.safetensors".
            base = storage.canonical(base);
            path = storage.canonical(path);
        }
        if (!Confinement.isInside(path, base)) {
            throw new InvalidRequestException(
                    "The file '" + Printable.text(file.path()) + "' does not lie below '" + Printable.text(root.path())
                            + "'",
                    "Name files below one directory");
        }
        String relative = path.substring(base.length()).replace(File.separatorChar, '/');
        return relative.startsWith("/") ? relative.substring(1) : relative;
    }
}
