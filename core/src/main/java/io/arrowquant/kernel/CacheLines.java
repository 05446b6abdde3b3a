package io.arrowquant.kernel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Brings bytes into the cache. While it computes, a processor asks memory for no more than the few lines that the
 * instructions in flight are about; a loop that does nothing but look gets them as fast as memory gives them. Worth its
 * while before loops with many instructions for each line.
 */
final class CacheLines {
    private static final int LENGTH = 64;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Nobody reads it; but what is not used is not looked at either. */
    @SuppressWarnings("UnusedVariable")
    private static long seen;

    private CacheLines() {}

    /** Looks at every line of a part of an array; a last piece shorter than two lines may be left out. */
    static void lookAt(byte[] bytes, int offset, int length) {
        long a = 0;
        long b = 0;
        int end = offset + length - 2 * LENGTH;
        for (int at = offset; at <= end; at += 2 * LENGTH) {
            a += (long) WORDS.get(bytes, at);
            b += (long) WORDS.get(bytes, at + LENGTH);
        }
        seen = a + b;
    }
}
