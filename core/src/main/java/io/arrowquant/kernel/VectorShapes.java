package io.arrowquant.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector sizes of this JVM. They must be constants of a class: the compiler turns vector operations into
 * instructions only where it knows the species when it compiles, and boxes vectors, ten times slower, where it does not.
 * They are apart from the classes that use them so that all agree, and so that tests can load these classes once more
 * with another size.
 */
final class VectorShapes {
    /** Forces the size in bits, 128, 256 or 512; for tests. The default is what the machine prefers. */
    static final String BITS_PROPERTY = "arrowquant.vector.bits";

    static final int BITS = bits(System.getProperty(BITS_PROPERTY, ""));

    static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    static final VectorSpecies<Double> DOUBLES = VectorSpecies.of(double.class, VectorShape.forBitSize(BITS));

    /** Vectors of half the size. */
    static final VectorSpecies<Byte> HALF_BYTES = VectorSpecies.of(byte.class, VectorShape.forBitSize(BITS / 2));

    static final VectorSpecies<Short> HALF_SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));
    static final VectorSpecies<Integer> HALF_INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS / 2));
    static final VectorSpecies<Float> HALF_FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS / 2));

    /** Bytes for the lanes of one vector of ints; the upper half of it is unused at 128 bits. */
    static final VectorSpecies<Byte> QUARTER_BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));

    /** Bytes for the lanes of one vector of longs; half or more of it is unused below 512 bits. */
    static final VectorSpecies<Byte> EIGHTH_BYTES = VectorSpecies.of(byte.class, VectorShape.S_64_BIT);

    // The classes of these vectors. The compiler of JDK 17 does not see the class of a vector that was loaded,
    // converted or
    // carried around a loop: it goes by the classes that met at the same place before, in code that all users of
    // vectors
    // share, and gives up, and allocates every vector, once they were too many. A cast to a constant class tells it. So
    // such vectors pass through one of these before anything is done with them. (A method with the cast in it would be
    // inlined only as long as its caller is small.)
    static final Class<? extends ByteVector> BYTE_VECTOR =
            ByteVector.zero(BYTES).getClass();
    static final Class<? extends ByteVector> HALF_BYTE_VECTOR =
            ByteVector.zero(HALF_BYTES).getClass();
    static final Class<? extends ByteVector> QUARTER_BYTE_VECTOR =
            ByteVector.zero(QUARTER_BYTES).getClass();
    static final Class<? extends ByteVector> EIGHTH_BYTE_VECTOR =
            ByteVector.zero(EIGHTH_BYTES).getClass();
    static final Class<? extends ShortVector> SHORT_VECTOR =
            ShortVector.zero(SHORTS).getClass();
    static final Class<? extends ShortVector> HALF_SHORT_VECTOR =
            ShortVector.zero(HALF_SHORTS).getClass();
    static final Class<? extends ShortVector> QUARTER_SHORT_VECTOR =
            ByteVector.zero(QUARTER_BYTES).reinterpretAsShorts().getClass();
    static final Class<? extends IntVector> HALF_INT_VECTOR =
            IntVector.zero(HALF_INTS).getClass();
    static final Class<? extends IntVector> INT_VECTOR = IntVector.zero(INTS).getClass();
    static final Class<? extends LongVector> LONG_VECTOR =
            LongVector.zero(LONGS).getClass();
    static final Class<? extends FloatVector> FLOAT_VECTOR =
            FloatVector.zero(FLOATS).getClass();
    static final Class<? extends FloatVector> HALF_FLOAT_VECTOR =
            FloatVector.zero(HALF_FLOATS).getClass();
    static final Class<? extends DoubleVector> DOUBLE_VECTOR =
            DoubleVector.zero(DOUBLES).getClass();

    private VectorShapes() {}

    private static int bits(String forced) {
        if (forced.isEmpty()) {
            int preferred = VectorShape.preferredShape().vectorBitSize();
            return Math.max(128, Math.min(512, preferred));
        }
        return switch (forced) {
            case "128" -> 128;
            case "256" -> 256;
            case "512" -> 512;
            default ->
                throw new IllegalArgumentException(
                        BITS_PROPERTY + "=" + forced + " is no vector size; use 128, 256 or 512");
        };
    }
}
