package io.arrowquant.error;

/** Memory, disk space or time is not enough. The remedy names the option that changes the limit. */
public final class ResourceException extends ArrowQuantException {
    private static final long serialVersionUID = 1L;

    public ResourceException(String message, String remedy) {
        super(message, remedy, null);
    }

    public ResourceException(String message, String remedy, Throwable cause) {
        super(message, remedy, cause);
    }
}
