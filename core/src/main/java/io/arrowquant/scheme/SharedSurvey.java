package io.arrowquant.scheme;

/**
 * A first pass whose result a set of tensors shares, because a runtime fuses them. The tensors may be looked at apart, in
 * any order, and even elsewhere: results are bytes that a later pass takes in.
 */
public interface SharedSurvey extends Survey {
    /** What was found so far. */
    byte[] result();

    /** Takes in what was found in another tensor of the set, or in this one before. */
    void include(byte[] result);
}
