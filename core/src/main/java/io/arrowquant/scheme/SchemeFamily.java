package io.arrowquant.scheme;

import java.util.List;

/** A group of schemes that share their arithmetic; each has a package of its own. */
public interface SchemeFamily {
    List<SchemeEntry> entries();
}
