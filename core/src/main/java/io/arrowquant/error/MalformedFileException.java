package io.arrowquant.error;

import java.util.Objects;

/** A file breaks the rules of its format. Names the file, the byte offset and, where there is one, the tensor. */
public final class MalformedFileException extends ArrowQuantException {
    private static final long serialVersionUID = 1L;

    /** The offset of an error that concerns the whole file. */
    public static final long NO_OFFSET = -1;

    private final String file;
    private final long offset;
    private final String tensor;

    public MalformedFileException(String file, long offset, String tensor, String problem, String remedy) {
        this(file, offset, tensor, problem, remedy, null);
    }

    public MalformedFileException(
            String file, long offset, String tensor, String problem, String remedy, Throwable cause) {
        super(describe(file, offset, tensor, problem), remedy, cause);
        this.file = Objects.requireNonNull(file);
        this.offset = offset;
        this.tensor = tensor;
    }

    /** An error about the file as a whole. */
    public static MalformedFileException ofFile(String file, String problem, String remedy) {
        return new MalformedFileException(file, NO_OFFSET, null, problem, remedy);
    }

    /** An error at a byte of the file. */
    public static MalformedFileException at(String file, long offset, String problem, String remedy) {
        return new MalformedFileException(file, offset, null, problem, remedy);
    }

    public String file() {
        return file;
    }

    /** The byte the error was found at, or {@link #NO_OFFSET}. */
    public long offset() {
        return offset;
    }

    /** The tensor concerned, or null. */
    public String tensor() {
        return tensor;
    }

    private static String describe(String file, long offset, String tensor, String problem) {
        StringBuilder message = new StringBuilder("Malformed file ").append(Printable.text(file));
        if (offset != NO_OFFSET) {
            message.append(" at byte ").append(offset);
        }
        if (tensor != null) {
            message.append(", tensor '").append(Printable.text(tensor)).append('\'');
        }
        return message.append(": ").append(problem).toString();
    }
}
