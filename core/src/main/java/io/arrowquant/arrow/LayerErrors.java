package io.arrowquant.arrow;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.error.Printable;

/** Requests that do not fit the data of a layer, named after it. */
final class LayerErrors {
    private LayerErrors() {}

    static InvalidRequestException of(String layer, String message, String remedy) {
        return new InvalidRequestException(subject(layer) + message, remedy);
    }

    /** An error that knows nothing of layers, with the layer put before it. */
    static InvalidRequestException named(String layer, InvalidRequestException error) {
        String subject = subject(layer);
        if (error.getMessage().startsWith(subject)) {
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
        return "Layer '" + Printable.text(layer) + "': ";
    }
}
