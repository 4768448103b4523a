package routes.harness;

import java.util.Arrays;
import java.util.Locale;

/** Sorted measurements in milliseconds. */
public final class Percentiles {

    private final double[] sorted;

    public Percentiles(double[] values) {
        sorted = values.clone();
        Arrays.sort(sorted);
    }

    public int count() {
        return sorted.length;
    }

    /** @param share for example 0.99; @return NaN of nothing */
    public double at(double share) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
    }

    /** @return for example {@code 12.3 ms} or {@code 4.56 s} */
    public String text(double share) {
        double value = at(share);
        if (Double.isNaN(value)) {
            return "–";
        }
        return value < 1_000
                ? String.format(Locale.ROOT, "%.1f ms", value)
                : String.format(Locale.ROOT, "%.2f s", value / 1_000);
    }
}
