package io.arrowquant.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.arrowquant.error.MalformedFileException;
import io.arrowquant.error.Printable;
import io.arrowquant.json.JsonProblem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON from a file nobody has vouched for, token by token. Every way in which the text can be wrong is a
 * {@link MalformedFileException} with the byte it was found at.
 *
 * <p>Jackson is given characters, not bytes: from bytes it would guess the encoding, let some malformed UTF-8 pass, and
 * keep every key in a table that hostile names can make slow.
 */
public final class StrictJson {
    /** The remedy of most errors in files. */
    public static final String DAMAGED =
            "The file is damaged or was written by a faulty program: download it again or export it anew";

    private static final int NUMBER_LENGTH = 1000;

    /** Longest key and text in characters, deepest nesting of objects and arrays. */
    public record Limits(int nameLength, int stringLength, int nestingDepth) {}

    private final String file;
    private final byte[] text;
    private final long textOffset;
    private final JsonParser parser;

    /** The text must be the whole JSON; {@code textOffset} is the place of its first byte in the file. */
    public StrictJson(String file, byte[] text, long textOffset, Limits limits) {
        this.file = file;
        this.text = text;
        this.textOffset = textOffset;
        int malformed = Utf8.firstMalformed(text);
        if (malformed >= 0) {
            throw MalformedFileException.at(file, textOffset + malformed, "the JSON text is not valid UTF-8", DAMAGED);
        }
        this.parser = open(text, limits);
    }

    private static JsonParser open(byte[] text, Limits limits) {
        JsonFactory factory = new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNameLength(limits.nameLength())
                        .maxStringLength(limits.stringLength())
                        .maxNestingDepth(limits.nestingDepth())
                        .maxNumberLength(NUMBER_LENGTH)
                        .build())
                .build();
        try {
            return factory.createParser(new InputStreamReader(new ByteArrayInputStream(text), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /** Moves on to the next token; null after the last. */
    public JsonToken next() {
        try {
            return parser.nextToken();
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** The current key. */
    public String name() {
        try {
            return encodable(parser.currentName());
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** The current text; {@code what} says in the error what should have been one. */
    public String string(String tensor, String what) {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw error(tensor, what + " must be a string, not " + found());
        }
        try {
            return encodable(parser.getText());
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** The current number, which must be a whole one from 0 to 2^63 - 1, written without fraction or exponent. */
    public long count(String tensor, String what) {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw error(tensor, what + " must be a whole number, not " + found());
        }
        try {
            if (parser.getText().charAt(0) == '-') {
                throw error(tensor, what + " must not be negative, but is " + found());
            }
            if (parser.getNumberType() == NumberType.BIG_INTEGER) {
                throw error(tensor, what + " is beyond 2^63 - 1: " + found());
            }
            return parser.getLongValue();
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** Checks that the current token is the one named. */
    public void require(JsonToken token, String tensor, String problem) {
        if (parser.currentToken() != token) {
            throw error(tensor, problem + ", not " + found());
        }
    }

    /** Passes over the current value with all it holds. */
    public void skipValue() {
        try {
            parser.skipChildren();
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** Checks that nothing but white space follows. */
    public void requireEnd() {
        if (next() != null) {
            throw error(null, "text follows the end of the JSON object");
        }
    }

    /** Where the current token begins, for {@link #errorAt}: cheap to take, turned into bytes only for an error. */
    public long mark() {
        return parser.currentTokenLocation().getCharOffset();
    }

    /** An error at the current token. */
    public MalformedFileException error(String tensor, String problem) {
        return errorAt(mark(), tensor, problem);
    }

    /** An error at a place taken with {@link #mark}. */
    public MalformedFileException errorAt(long mark, String tensor, String problem) {
        long offset = textOffset + Utf8.byteIndex(text, mark);
        return new MalformedFileException(file, offset, tensor, problem, DAMAGED);
    }

    private String encodable(String value) {
        if (!Utf8.canEncode(value)) {
            throw error(null, "an escape stands for half a surrogate pair, which is no character");
        }
        return value;
    }

    /** The current token as an error may show it. */
    private String found() {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return "the end of the text";
        }
        switch (token) {
            case START_OBJECT:
                return "an object";
            case START_ARRAY:
                return "a list";
            case END_ARRAY:
                return "the end of the list";
            case VALUE_STRING:
                return "a string";
            default:
                return scalar();
        }
    }

    private String scalar() {
        try {
            return Printable.text(parser.getText());
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    private RuntimeException malformed(IOException failure) {
        if (!(failure instanceof JsonProcessingException)) {
            return new UncheckedIOException("reading from memory failed", failure);
        }
        JsonProcessingException jackson = (JsonProcessingException) failure;
        JsonLocation location = jackson.getLocation() == null ? parser.currentLocation() : jackson.getLocation();
        long offset = textOffset + Utf8.byteIndex(text, Math.max(0, location.getCharOffset()));
        return new MalformedFileException(
                file, offset, null, "the JSON text is invalid: " + JsonProblem.of(jackson), DAMAGED, jackson);
    }
}
