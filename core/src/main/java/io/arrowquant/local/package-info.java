/**
 * The door for a Python process with a JVM inside: {@link io.arrowquant.local.LocalSession} takes addresses, numbers and
 * JSON, and gives JSON back. One call does all of a request, however many layers it has. It knows nothing of what
 * carries the calls over.
 */
package io.arrowquant.local;
