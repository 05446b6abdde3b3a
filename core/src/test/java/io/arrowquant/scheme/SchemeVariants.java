package io.arrowquant.scheme;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** The schemes of the catalog with the parameters that tests go through, and tensors for them. */
final class SchemeVariants {
    private static final DataType[] DTYPES = {DataType.F32, DataType.BF16, DataType.F16};

    /** Group sizes beside the default: small, odd, and not a power of two. */
    private static final List<String> GROUPS = List.of("8", "33", "96");

    private static final int LONGEST_GROUP = 256;
    private static final int LARGE_BLOCK = 4096;

    /** More than one block of 128 rows and columns, and more than one tile. */
    private static final Shape BLOCKS = Shape.of(130, 131);

    private SchemeVariants() {}

    /** One tensor for one scheme. */
    record Case(String scheme, DataType dtype, Shape shape, StoredSamples samples) {
        byte[] stored() {
            int elements = (int) shape.elements();
            return samples.array(dtype, elements, elements);
        }
    }

    /**
     * The scheme as it is with elements of every kind and type; with one parameter of every third kind, and types take
     * turns; with two parameters kinds as well. Shapes take turns everywhere.
     */
    static List<Case> cases(String name) {
        SchemeEntry entry = SchemeCatalog.entries().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        List<Case> cases = new ArrayList<>();
        StoredSamples[] kinds = StoredSamples.values();
        // The blocks of ggml have a contract of their own, for all providers too: types take turns.
        int types = entry.family().equals("ggml") ? 1 : DTYPES.length;
        for (int type = 0; type < types; type++) {
            for (StoredSamples kind : kinds) {
                add(name, DTYPES[(type + kind.ordinal()) % DTYPES.length], kind, cases);
            }
        }
        int turn = 0;
        for (String variant : withOneParameter(entry)) {
            for (int kind = turn % 3; kind < kinds.length; kind += 3) {
                add(variant, DTYPES[(turn + kind) / 3 % DTYPES.length], kinds[kind], cases);
            }
            turn++;
        }
        for (String variant : withTwoParameters(entry)) {
            add(variant, DTYPES[turn % DTYPES.length], kinds[turn * 7 % kinds.length], cases);
            turn++;
        }
        return cases;
    }

    private static void add(String variant, DataType dtype, StoredSamples kind, List<Case> cases) {
        List<Shape> shapes = shapes(SchemeCatalog.parse(variant));
        cases.add(new Case(variant, dtype, shapes.get(cases.size() % shapes.size()), kind));
    }

    /** The scheme with one parameter that is not at its default: every value of each. */
    private static List<String> withOneParameter(SchemeEntry entry) {
        List<String> variants = new ArrayList<>();
        for (ParameterSpec parameter : entry.parameters()) {
            for (String value : otherValues(parameter)) {
                addIfValid(entry.name() + "(" + parameter.name() + "=" + value + ")", variants);
            }
        }
        return variants;
    }

    /** The scheme with two of them. */
    private static List<String> withTwoParameters(SchemeEntry entry) {
        List<String> variants = new ArrayList<>();
        List<ParameterSpec> parameters = entry.parameters();
        for (int first = 0; first < parameters.size(); first++) {
            for (String one : otherValues(parameters.get(first))) {
                String assignment = parameters.get(first).name() + "=" + one;
                for (ParameterSpec second : parameters.subList(first + 1, parameters.size())) {
                    for (String two : otherValues(second)) {
                        addIfValid(entry.name() + "(" + assignment + "," + second.name() + "=" + two + ")", variants);
                    }
                }
            }
        }
        return variants;
    }

    private static List<String> otherValues(ParameterSpec parameter) {
        List<String> values =
                new ArrayList<>(parameter.kind() == ParameterSpec.Kind.POSITIVE_INTEGER ? GROUPS : parameter.choices());
        values.remove(parameter.defaultValue());
        return values;
    }

    private static void addIfValid(String variant, List<String> variants) {
        try {
            SchemeCatalog.parse(variant);
        } catch (InvalidRequestException noScheme) {
            return;
        }
        variants.add(variant);
    }

    /** Shapes that a scheme takes: single rows and columns, odd sizes, rows of no whole vector; never none. */
    private static List<Shape> shapes(Scheme scheme) {
        long sharing = scheme.groupSize(Shape.of(48, 96));
        long group = sharing == 0 ? 96 : Math.min(sharing, LONGEST_GROUP);
        List<Shape> shapes = new ArrayList<>();
        for (Shape shape : new Shape[] {
            Shape.of(3, 3 * group),
            Shape.of(1, 1),
            Shape.of(7, 5),
            Shape.of(24, group),
            Shape.of(1, group),
            Shape.of(301, 1),
            Shape.of(13, 37),
            Shape.of(2, 3, group),
            Shape.of(1, 1003),
            Shape.of(8, group),
            Shape.of(77),
            Shape.of(3, 160),
        }) {
            if (takes(scheme, shape)) {
                shapes.add(shape);
            }
        }
        if (sharing >= LARGE_BLOCK && takes(scheme, BLOCKS)) {
            shapes.add(BLOCKS);
        }
        return shapes;
    }

    private static boolean takes(Scheme scheme, Shape shape) {
        try {
            scheme.check(shape);
            return true;
        } catch (InvalidRequestException otherShapesOnly) {
            return false;
        }
    }
}
