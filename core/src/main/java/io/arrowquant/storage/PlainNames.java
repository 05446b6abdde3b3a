package io.arrowquant.storage;

/** Tells names that stay inside their directory, and show there, from others. */
public final class PlainNames {
    private PlainNames() {}

    /** True for one component: not empty, no separator of any system, no "." or "..", no NUL, no URI scheme. */
    public static boolean isPlain(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '/' || c == '\\' || c == 0 || c == ':') {
                return false;
            }
        }
        return true;
    }

    /** False for what Hadoop and Spark take for hidden or temporary, and pass over in listings. */
    public static boolean isVisible(String name) {
        return !name.startsWith(".") && !name.startsWith("_");
    }
}
