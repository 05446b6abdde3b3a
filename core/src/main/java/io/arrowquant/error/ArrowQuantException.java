package io.arrowquant.error;

/**
 * What every error meant for a user derives from. The message says what is wrong and where, then what to do about it;
 * the same facts are offered one by one, so that other languages can build their own error types from them.
 *
 * <p>There are four kinds: {@link MalformedFileException} (the file is bad), {@link InvalidRequestException} (the
 * request is bad), {@link QuantizationException} (the numbers cannot be quantized as asked) and
 * {@link ResourceException} (memory, disk or time ran out). Anything else that escapes is a bug of ours.
 */
public abstract class ArrowQuantException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    protected ArrowQuantException(String message, String remedy, Throwable cause) {
        super(remedy.isEmpty() ? message : message + ". " + remedy, cause);
        this.remedy = remedy;
    }

    /** What is wrong and where: the message without the remedy. */
    public final String problem() {
        return remedy.isEmpty()
                ? getMessage()
                : getMessage().substring(0, getMessage().length() - remedy.length() - 2);
    }

    /** What the reader can do about it, or an empty string. */
    public final String remedy() {
        return remedy;
    }
}
