/** The port to files. The core reads and writes through {@link io.arrowquant.storage.Storage} and nothing else. */
package io.arrowquant.storage;
