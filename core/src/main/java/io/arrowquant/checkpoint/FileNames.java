package io.arrowquant.checkpoint;

import io.arrowquant.storage.PlainNames;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the names of files in a model directory tell of their content. */
final class FileNames {
    static final String SAFETENSORS = ".safetensors";
    static final String DEFAULT_INDEX = "model.safetensors.index.json";
    static final String PIPELINE = "model_index.json";

    /** model.safetensors.index.json, diffusion_pytorch_model.safetensors.index.fp16.json. */
    private static final Pattern INDEX = Pattern.compile(".+\\.safetensors\\.index(\\.[^.]+)?\\.json");

    /** model-00001-of-00003.safetensors: base, number, count. */
    private static final Pattern NUMBERED = Pattern.compile("(.+)-(\\d{5})-of-(\\d{5})\\.safetensors");

    /** The same weights in another precision, as diffusers names them: base, variant, number. */
    private static final Pattern VARIANT =
            Pattern.compile("(.+)\\.(fp16|bf16|fp32|non_ema)(-\\d{5}-of-\\d{5})?\\.safetensors");

    private static final List<String> PICKLES = List.of(".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle");
    private static final Pattern PICKLE_INDEX = Pattern.compile(".+\\.bin\\.index(\\.[^.]+)?\\.json");
    private static final Pattern ENCODED_PATH = Pattern.compile("%(2e|2f|5c|3a|00|25)");

    private FileNames() {}

    static boolean isSafetensors(String name) {
        return name.endsWith(SAFETENSORS);
    }

    static boolean isIndex(String name) {
        return INDEX.matcher(name).matches();
    }

    /** True for an index that names no variant. */
    static boolean isPlainIndex(String name) {
        Matcher matcher = INDEX.matcher(name);
        return matcher.matches() && matcher.group(1) == null;
    }

    /** True for the endings under which PyTorch pickles weights, and for indexes of such files. */
    static boolean isPickle(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return PICKLES.stream().anyMatch(lower::endsWith)
                || PICKLE_INDEX.matcher(lower).matches();
    }

    /** Hidden files and what Spark and Hadoop leave behind; but Python's {@code __init__.py} belongs to a model. */
    static boolean isHidden(String name) {
        return name.startsWith(".") || (name.startsWith("_") && !name.startsWith("__"));
    }

    /** True for a name that stays in its directory, also after somebody decodes percent escapes in it. */
    static boolean staysInside(String name) {
        return PlainNames.isPlain(name)
                && !ENCODED_PATH.matcher(name.toLowerCase(Locale.ROOT)).find();
    }

    /** True for a variant when the list also has the weights without the variant. */
    static boolean isSpareVariant(String name, List<String> all) {
        Matcher variant = VARIANT.matcher(name);
        if (!variant.matches()) {
            return false;
        }
        String base = variant.group(1);
        for (String other : all) {
            Matcher numbered = NUMBERED.matcher(other);
            if (other.equals(base + SAFETENSORS)
                    || (numbered.matches() && numbered.group(1).equals(base))) {
                return true;
            }
        }
        return false;
    }

    /** The first name that numbering like "-00001-of-00003" calls for and the list lacks, or null. */
    static String missingNumber(List<String> names) {
        for (String name : names) {
            Matcher numbered = NUMBERED.matcher(name);
            if (numbered.matches()) {
                int count = Integer.parseInt(numbered.group(3));
                for (int i = 1; i <= count; i++) {
                    String sibling = String.format(
                            Locale.ROOT, "%s-%05d-of-%s%s", numbered.group(1), i, numbered.group(3), SAFETENSORS);
                    if (!names.contains(sibling)) {
                        return sibling;
                    }
                }
            }
        }
        return null;
    }
}
