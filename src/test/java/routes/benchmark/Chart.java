package routes.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The scaling as SVG: rates by connections, and the cost of an event by backlog, both relative to their first. */
final class Chart {

    private static final int WIDTH = 420;
    private static final int HEIGHT = 240;
    private static final int LEFT = 60;
    private static final int TOP = 50;

    private Chart() {}

    static String of(Map<Integer, Double> bare, Map<Integer, Double> rates, Map<Integer, Double> costs) {
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1060 360" font-family="sans-serif" font-size="12">
                <rect width="1060" height="360" fill="#fff"/>
                """);
        panel(svg, 0, "Requests a second by connections", bare.keySet(), List.of(bare, rates));
        svg.append("<text x=\"%d\" y=\"335\" fill=\"#888\">grey: a bare 200</text>".formatted(LEFT))
                .append("<text x=\"%d\" y=\"335\" fill=\"#06c\">blue: on disk, then 200</text>%n"
                        .formatted(LEFT + 140));
        panel(svg, 530, "Processor time (µs) an event by backlog", costs.keySet(), List.of(Map.of(), costs));
        return svg.append("</svg>\n").toString();
    }

    private static void panel(
            StringBuilder svg, int x, String title, Iterable<Integer> labels, List<Map<Integer, Double>> lines) {
        double most = lines.stream()
                .flatMap(line -> line.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        svg.append("<g transform=\"translate(%d 0)\"><text x=\"%d\" y=\"28\" font-size=\"15\">%s</text>%n"
                .formatted(x, LEFT, title));
        for (int grid = 0; grid <= 4; grid++) {
            double y = TOP + HEIGHT * (1 - grid / 4.0);
            svg.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%d %.1fh%d\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,.0f</text>%n",
                    LEFT,
                    y,
                    WIDTH,
                    LEFT - 8,
                    y + 4,
                    most * grid / 4));
        }
        List<Integer> names = new java.util.ArrayList<>();
        labels.forEach(names::add);
        for (int i = 0; i < names.size(); i++) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%,d</text>%n",
                    place(i, names.size()),
                    TOP + HEIGHT + 20,
                    names.get(i)));
        }
        String[] colours = {"#888", "#06c"};
        for (int line = 0; line < lines.size(); line++) {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < names.size(); i++) {
                Double value = lines.get(line).get(names.get(i));
                if (value != null) {
                    path.append(String.format(
                            Locale.ROOT,
                            "%s%.1f %.1f",
                            path.isEmpty() ? "M" : "L",
                            place(i, names.size()),
                            TOP + HEIGHT * (1 - value / most)));
                }
            }
            svg.append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"/>%n"
                    .formatted(path, colours[line]));
        }
        svg.append("</g>\n");
    }

    private static double place(int i, int count) {
        return LEFT + 20 + (count == 1 ? 0 : i * (WIDTH - 40.0) / (count - 1));
    }
}
