package io.arrowquant.spark.job;

import io.arrowquant.recipe.PlannedTensor;
import io.arrowquant.recipe.SchemeChoice;
import io.arrowquant.recipe.SchemeOption;
import java.util.ArrayList;
import java.util.List;

/** What a report says of a choice: all options with what they would have cost. */
final class ChoiceReport {
    private ChoiceReport() {}

    static Report.Choice of(List<SchemeChoice.Unit> units, List<SchemeOption> chosen, long target) {
        List<Report.Choice.Unit> shown = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            List<Report.Choice.Option> options = new ArrayList<>();
            for (SchemeOption option : units.get(i).options()) {
                options.add(new Report.Choice.Option(
                        option.shown(), option.bytes(), finite(option.squaredError()), finite(option.cosine())));
            }
            List<String> layers = new ArrayList<>();
            for (PlannedTensor tensor : units.get(i).tensors()) {
                layers.add(tensor.source().name());
            }
            String asked = units.get(i).tensors().get(0).scheme().spelling();
            shown.add(new Report.Choice.Unit(layers, asked, chosen.get(i).shown(), options));
        }
        return new Report.Choice(target < 0 ? null : target, shown);
    }

    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }
}
