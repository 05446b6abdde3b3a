package io.arrowquant.error;

/** Requests that do not fit the data of a layer, named after it where its name is known; it may be null. */
public final class LayerErrors {
    private LayerErrors() {}

    public static InvalidRequestException of(String layer, String message, String remedy) {
        return new InvalidRequestException(subject(layer) + message, remedy);
    }

    /** An error that knows nothing of layers, with the layer put before it. */
    public static InvalidRequestException named(String layer, InvalidRequestException error) {
        String subject = subject(layer);
        if (layer == null || error.getMessage().startsWith(subject)) {
            return error;
        }
        String message = error.getMessage();
        String remedy = error.remedy();
        if (!remedy.isEmpty()) {
            message = message.substring(0, message.length() - remedy.length() - 2);
        }
        return new InvalidRequestException(subject + message, remedy, error);
    }

    private static String subject(String layer) {
        return layer == null ? "" : "Layer '" + Printable.text(layer) + "': ";
    }
}
