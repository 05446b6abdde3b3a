package io.arrowquant.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.System.Logger;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private final RecordedLog log = new RecordedLog();
    private final ProviderLookup modern = new ProviderLookup(log, true, "mixed mode, sharing");
    private final ProviderLookup withoutModule = new ProviderLookup(log, false, "mixed mode, sharing");

    @Test
    void vectorsAreTheDefaultWhereTheModuleIs() {
        assertThat(modern.choose("").name()).isEqualTo("vector");
        assertThat(log.warnings).isEmpty();
    }

    @Test
    void withoutTheModuleOneLineNamesTheFlag() {
        assertThat(withoutModule.choose("").name()).isEqualTo("scalar");
        assertThat(log.warnings).hasSize(1);
        assertThat(log.warnings.get(0)).contains("--add-modules=jdk.incubator.vector");
    }

    @Test
    void withoutTheOptimizingCompilerVectorsWouldBeSlow() {
        for (String jvm : new String[] {"interpreted mode, sharing", "mixed mode, emulated-client"}) {
            log.warnings.clear();
            assertThat(new ProviderLookup(log, true, jvm).choose("").name()).isEqualTo("scalar");
            assertThat(log.warnings).hasSize(1);
            assertThat(log.warnings.get(0)).contains("-Xint");
            assertThat(new ProviderLookup(log, true, jvm).choose("vector").name())
                    .isEqualTo("vector");
        }
    }

    @Test
    void aProviderCanBeForced() {
        assertThat(modern.choose("scalar").name()).isEqualTo("scalar");
        assertThat(modern.choose("vector").name()).isEqualTo("vector");
        assertThat(withoutModule.choose("scalar").name()).isEqualTo("scalar");
        assertThat(log.warnings).isEmpty();
    }

    @Test
    void vectorsCannotBeForcedWithoutTheModule() {
        assertThatThrownBy(() -> withoutModule.choose("vector"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "arrowquant.kernels=vector is set, but module jdk.incubator.vector is missing; start the JVM"
                                + " with --add-modules=jdk.incubator.vector");
    }

    @Test
    void unknownNamesAreRefused() {
        assertThatThrownBy(() -> modern.choose("cuda"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("arrowquant.kernels=cuda names no kernel provider; use scalar or vector");
    }

    @Test
    void unknownSizesAreRefused() {
        assertThatThrownBy(() -> Providers.ofBits(96))
                .hasStackTraceContaining("arrowquant.vector.bits=96 is no vector size; use 128, 256 or 512");
    }

    @Test
    void thereIsOneProvider() {
        assertThat(Kernels.get()).isSameAs(Kernels.get());
    }

    /** Keeps what is logged from warnings on. */
    private static final class RecordedLog implements Logger {
        final List<String> warnings = new ArrayList<>();

        @Override
        public String getName() {
            return "recorded";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            log(level, bundle, message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
            if (level.compareTo(Level.WARNING) >= 0) {
                warnings.add(MessageFormat.format(format, arguments));
            }
        }
    }
}
