package io.arrowquant.recipe;

import io.arrowquant.error.InvalidRequestException;
import io.arrowquant.scheme.Scheme;
import io.arrowquant.tensor.TensorInfo;
import java.util.regex.Pattern;

/** What a layout for runtimes cannot quantize, whatever the recipe says. */
final class StructuralKeeps {
    static final String WEIGHT = ".weight";

    private static final long BLOCK_SIDE = 128;

    private static final Pattern EXPERTS_SHARING_SCALES =
            Pattern.compile("(?:^|.*\\.)experts\\.\\d+\\.w[13]\\.weight", Pattern.DOTALL);

    private StructuralKeeps() {}

    /** Why a tensor stays as it is, or null when it need not. */
    static String reason(TensorInfo tensor, Layout layout, ModelTypes types) {
        if (!layout.isForRuntimes()) {
            return null;
        }
        if (!isMatrix(tensor)) {
            return tensor.shape().rank() == 2
                    ? "not a module's weight"
                    : tensor.shape().rank() + " dimensions";
        }
        if (tensor.name().endsWith("norm" + WEIGHT)) {
            return "norm";
        }
        return layout == Layout.BITSANDBYTES ? LinearModules.leftAlone(tensor.name(), types) : null;
    }

    /**
     * Why a scheme may not take a tensor, or null: it cannot take its shape, or no runtime would load it in this layout or,
     * where {@code defaults} count, not all of them. The reference tool stops at blocks that are cut short by the end of a row;
     * those at the last row it writes, and vLLM loads them, but Transformers does not. It also stops at
     * {@code disorderedExperts}.
     */
    static String unfit(TensorInfo tensor, Layout layout, Scheme scheme, boolean defaults, boolean disorderedExperts) {
        try {
            scheme.check(tensor.shape());
        } catch (InvalidRequestException doesNotFit) {
            return doesNotFit.getMessage();
        }
        if (layout != Layout.COMPRESSED_TENSORS) {
            return null;
        }
        if (scheme.name().equals("FP8_BLOCK")) {
            if (tensor.shape().columns() % BLOCK_SIDE != 0) {
                return "FP8_BLOCK needs rows whose length is a multiple of 128, but the shape is " + tensor.shape();
            }
            if (defaults && tensor.shape().rows() % BLOCK_SIDE != 0) {
                return "Transformers does not load FP8_BLOCK unless the rows are a multiple of 128, and the shape is "
                        + tensor.shape();
            }
        }
        return disorderedExperts
                        && scheme.name().startsWith("NVFP4")
                        && EXPERTS_SHARING_SCALES.matcher(tensor.name()).matches()
                ? "NVFP4 shares a scale between w1 and w3, which the files of this model hold apart"
                : null;
    }

    static boolean isMatrix(TensorInfo tensor) {
        return tensor.shape().rank() == 2 && tensor.name().endsWith(WEIGHT);
    }
}
