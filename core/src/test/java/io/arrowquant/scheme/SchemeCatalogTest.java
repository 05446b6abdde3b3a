package io.arrowquant.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.tensor.DataType;
import io.arrowquant.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemeCatalogTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int4; int4",
                "INT4; int4",
                " Int8 ( ) ; int8",
                "int4(group_size=128); int4",
                "int4(Group_Size=64); int4(group_size=64)",
                "int4( group_size = 0064 , SYMMETRIC=True ); int4(group_size=64,symmetric=true)",
                "int4(symmetric=true,group_size=64); int4(group_size=64,symmetric=true)",
                "int2(strategy=CHANNEL,symmetric=false); int2(strategy=channel)",
                "int8(group_size=2147483647); int8(group_size=2147483647)"
            })
    void schemesAreReadInAnyCaseAndWrittenInOne(String written, String canonical) {
        Scheme scheme = SchemeCatalog.parse(written);
        assertThat(scheme.spelling()).isEqualTo(canonical);
        assertThat(SchemeCatalog.parse(scheme.spelling()).spelling()).isEqualTo(canonical);
        assertThat(SchemeCatalog.parse(scheme.spelling().toUpperCase(Locale.ROOT))
                        .spelling())
                .isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "int5; Unknown scheme 'int5'. Did you mean 'int2'? Known: {schemes}",
                "in8; Unknown scheme 'in8'. Did you mean 'int8'? Known: {schemes}",
                "banana; Unknown scheme 'banana'. Known: {schemes}",
                "int4(gruop_size=3); Unknown parameter of scheme int4 'gruop_size'. Did you mean 'group_size'? "
                        + "Known: group_size, symmetric, strategy",
                "int4(group_size=0); Invalid group_size: 0 for scheme int4. Must be 1 to 2147483647",
                "int4(group_size=-1); Invalid group_size: -1 for scheme int4. Must be 1 to 2147483647",
                "int4(group_size=3.5); Invalid group_size: 3.5 for scheme int4. Must be 1 to 2147483647",
                "int4(group_size=2147483648); Invalid group_size: 2147483648 for scheme int4. "
                        + "Must be 1 to 2147483647",
                "int8(symmetric=yes); Invalid symmetric: yes for scheme int8. Must be true, false",
                "int8(strategy=rows); Invalid strategy: rows for scheme int8. Must be group, channel, tensor",
                "int4(group_size=1,GROUP_SIZE=2); Scheme 'int4(group_size=1,GROUP_SIZE=2)' gives parameter "
                        + "'group_size' twice"
            })
    void whatIsWrongIsSaid(String written, String message) {
        List<String> names =
                SchemeCatalog.entries().stream().map(SchemeEntry::name).toList();
        assertThatThrownBy(() -> SchemeCatalog.parse(written))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(message.replace("{schemes}", String.join(", ", names)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int4(",
                "int4)",
                "int4(group_size)",
                "int4(group_size=)",
                "int4(=3)",
                "int4(,)",
                "int4(a=1,)",
                "int4(a=(1))",
                "int4 int8",
                "int4;drop",
                "(group_size=3)",
                "int4(group_size=3)x",
                "int4(a=1=2)"
            })
    void malformedTextIsRefusedWithAnExample(String written) {
        assertThatThrownBy(() -> SchemeCatalog.parse(written))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Cannot read scheme '" + written + "'. Write NAME or NAME(key=value, ...), "
                        + "e.g. int4(group_size=64,symmetric=true)");
    }

    @Test
    void nothingIsNoScheme() {
        for (String nothing : new String[] {null, "", "  "}) {
            assertThatThrownBy(() -> SchemeCatalog.parse(nothing))
                    .hasMessage("The scheme is empty. Write NAME or NAME(key=value, ...), e.g. int4");
        }
    }

    @Test
    void longOrUnprintableTextIsNotRepeatedAsItIs() {
        assertThatThrownBy(() -> SchemeCatalog.parse("x".repeat(5000)))
                .hasMessageStartingWith("Cannot read scheme 'xxx")
                .hasMessageContaining("...")
                .satisfies(error -> assertThat(error.getMessage()).hasSizeLessThan(400));
        assertThatThrownBy(() -> SchemeCatalog.parse("int4(\u001b[31m"))
                .hasMessageStartingWith("Cannot read scheme 'int4(\\u001b[31m'");
        assertThatThrownBy(() -> SchemeCatalog.parse("int4(group_size=\u001b[31m)"))
                .hasMessageStartingWith("Invalid group_size: \\u001b[31m for scheme int4");
    }

    @Test
    void moreParametersMayBeAddedToASpelling() {
        SchemeSpec spec = SchemeSpec.parse("INT4(symmetric=true)");
        SchemeSpec more = spec.with(Map.of("GROUP_SIZE", "32"));
        assertThat(SchemeCatalog.of(more).spelling()).isEqualTo("int4(group_size=32,symmetric=true)");
        assertThat(SchemeCatalog.of(more.with(Map.of("symmetric", "TRUE"))).spelling())
                .isEqualTo("int4(group_size=32,symmetric=true)");
        assertThatThrownBy(() -> more.with(Map.of("group_size", "64")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Parameter 'group_size' of scheme 'INT4' is given as 32 and as 64");
    }

    @Test
    void widths() {
        assertThat(SchemeCatalog.nameOfBitWidth(2)).isEqualTo("int2");
        assertThat(SchemeCatalog.nameOfBitWidth(4)).isEqualTo("int4");
        assertThat(SchemeCatalog.nameOfBitWidth(8)).isEqualTo("int8");
        assertThatThrownBy(() -> SchemeCatalog.nameOfBitWidth(3))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Invalid bit_width: 3. Must be 2, 4, or 8");
    }

    @Test
    void policiesForNonFiniteValues() {
        assertThat(NonFinite.of("Error")).isEqualTo(NonFinite.ERROR);
        assertThat(NonFinite.of("CLAMP")).isEqualTo(NonFinite.CLAMP);
        assertThatThrownBy(() -> NonFinite.of("clam"))
                .hasMessage("Unknown on_non_finite 'clam'. Did you mean 'clamp'? Known: error, clamp");
    }

    @Test
    void entriesDescribeWorkingSchemes() {
        Set<String> names = new HashSet<>();
        for (SchemeEntry entry : SchemeCatalog.entries()) {
            Scheme scheme = SchemeCatalog.parse(entry.name());
            assertThat(scheme.name()).isEqualTo(entry.name());
            assertThat(scheme.spelling()).isEqualTo(entry.name());
            assertThat(scheme.label()).isEqualTo(entry.name());
            assertThat(entry.summary()).isNotBlank();
            assertThat(names.add(entry.name())).isTrue();
            for (ParameterSpec parameter : entry.parameters()) {
                String written = entry.name() + "(" + parameter.name() + "=" + parameter.defaultValue() + ")";
                assertThat(SchemeCatalog.parse(written).spelling()).isEqualTo(entry.name());
                assertThat(parameter.range()).isNotBlank();
                assertThat(parameter.meaning()).isNotBlank();
            }
        }
        assertThat(names).contains("int2", "int4", "int8");
    }

    @Test
    void whatAnIntegerSchemeSaysOfItself() {
        Scheme scheme = SchemeCatalog.parse("int4(group_size=32,symmetric=true)");
        Shape shape = Shape.of(3, 33);
        assertThat(scheme.bitWidth()).isEqualTo(4);
        assertThat(scheme.label()).isEqualTo("int4(symmetric=true)");
        assertThat(scheme.groupSize(shape)).isEqualTo(32);
        assertThat(scheme.unit(shape)).isEqualTo(32);
        assertThat(scheme.parts(shape))
                .containsExactly(
                        new PartSpec("quantized_data", DataType.U8, Shape.of(50)),
                        new PartSpec("scales", DataType.F32, Shape.of(4)),
                        new PartSpec("zero_points", DataType.F32, Shape.of(4)));
        assertThat(scheme.parts(shape).get(1).byteLength()).isEqualTo(16);
        assertThat(scheme.parts(Shape.of(0)).get(1).shape()).isEqualTo(Shape.of(0));
        assertThat(SchemeCatalog.parse("int4(strategy=channel)").groupSize(shape))
                .isEqualTo(33);
        assertThat(SchemeCatalog.parse("int4(strategy=tensor)").groupSize(shape))
                .isZero();
        assertThat(SchemeCatalog.parse("int4(strategy=tensor)").unit(shape)).isEqualTo(99);
    }

    @Test
    void aScalarHasNoRows() {
        assertThatThrownBy(() -> SchemeCatalog.parse("int4(strategy=channel)").check(Shape.of()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "Scheme int4(strategy=channel) needs rows, but the tensor is a scalar. Use strategy=tensor");
    }

    @Test
    void schemesTravel() throws Exception {
        Scheme scheme = SchemeCatalog.parse("int8(group_size=64)");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(scheme);
        Object back = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertThat(((Scheme) back).spelling()).isEqualTo("int8(group_size=64)");
        assertThat(((Scheme) back).unit(Shape.of(1000))).isEqualTo(64);
    }

    @Test
    void whatDecodersMustBeToldIsKnown() {
        Shape shape = Shape.of(8, 256);
        assertThat(SchemeCatalog.parse("int4").dependsOnSource()).isFalse();
        assertThat(SchemeCatalog.parse("gptq_int4").dependsOnSource()).isFalse();
        assertThat(SchemeCatalog.parse("W4A16").dependsOnSource()).isTrue();
        assertThat(SchemeCatalog.parse("nf4").dependsOnSource()).isTrue();
        assertThat(SchemeCatalog.parse("int4").decoder(shape).needsWholeParts()).isFalse();
        assertThat(SchemeCatalog.parse("awq_int4").decoder(shape).needsWholeParts())
                .isTrue();
    }
}
