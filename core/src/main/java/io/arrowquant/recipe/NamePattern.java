package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern for tensor names: an exact name, a glob ({@code *}, {@code ?}, {@code [abc]}), or {@code re:} and a regular
 * expression matched from the start of the name, as Python's re.match does. Every pattern is tried on the tensor's name
 * and on the name without {@code .weight}.
 */
public final class NamePattern implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String REGEX_PREFIX = "re:";
    private static final String WEIGHT = ".weight";
    private static final int LONGEST = 4096;

    /** Steps a match may take: far more than honest patterns need, few enough to end bad ones. */
    private static final int MOST_STEPS = 1_000_000;

    private final String text;
    private final Pattern regex;
    private final boolean wholeName;

    private NamePattern(String text, Pattern regex, boolean wholeName) {
        this.text = text;
        this.regex = regex;
        this.wholeName = wholeName;
    }

    public static NamePattern of(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new InvalidRequestException("A name pattern must have 1 to " + LONGEST + " characters");
        }
        if (!text.startsWith(REGEX_PREFIX)) {
            return new NamePattern(text, Pattern.compile(globToRegex(text), Pattern.DOTALL), true);
        }
        try {
            return new NamePattern(text, Pattern.compile(text.substring(REGEX_PREFIX.length())), false);
        } catch (PatternSyntaxException invalid) {
            throw new InvalidRequestException(
                    "Invalid pattern '" + text + "': " + invalid.getDescription(),
                    "Write an exact name, a glob such as *norm*, or re: and a regular expression",
                    invalid);
        }
    }

    public static List<NamePattern> listOf(List<String> texts) {
        List<NamePattern> patterns = new ArrayList<>();
        for (String text : texts) {
            patterns.add(of(text));
        }
        return patterns;
    }

    /** True when the tensor's name matches, with or without {@code .weight}. */
    public boolean matches(String tensor) {
        return matchesExactly(tensor)
                || (tensor.endsWith(WEIGHT) && matchesExactly(tensor.substring(0, tensor.length() - WEIGHT.length())));
    }

    /** True when a runtime, which knows exact names and {@code re:} but no globs, finds the module by this pattern. */
    boolean tellsRuntimesOf(String module) {
        return wholeName ? text.equals(module) : matchesExactly(module);
    }

    private boolean matchesExactly(String name) {
        if (wholeName) {
            return name.equals(text)
                    || regex.matcher(new CountedText(name, text)).matches();
        }
        return regex.matcher(new CountedText(name, text)).lookingAt();
    }

    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NamePattern pattern && text.equals(pattern.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    private static String globToRegex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                // Possessive runs of stars would match the same names; one is enough.
                if (i == 0 || glob.charAt(i - 1) != '*') {
                    regex.append(".*");
                }
            } else if (c == '?') {
                regex.append('.');
            } else if (close > 0) {
                String set = glob.substring(i + 1, close);
                boolean negated = set.startsWith("!");
                regex.append(negated ? "[^" : "[");
                appendSet(regex, negated ? set.substring(1) : set);
                regex.append(']');
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }

    /** Members of a bracket set; only the dash keeps its meaning. */
    private static void appendSet(StringBuilder regex, String set) {
        for (int i = 0; i < set.length(); i++) {
            char c = set.charAt(i);
            if (c == '\\' || c == '[' || c == ']' || c == '^' || c == '&') {
                regex.append('\\');
            }
            regex.append(c);
        }
    }

    /** Text that counts how often it is looked at, so that a catastrophic expression ends with an error. */
    private static final class CountedText implements CharSequence {
        private final CharSequence text;
        private final String pattern;
        private int steps;

        CountedText(CharSequence text, String pattern) {
            this.text = text;
            this.pattern = pattern;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new InvalidRequestException(
                        "Pattern '" + pattern + "' takes too long to match", "Write it without nested repetitions");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
