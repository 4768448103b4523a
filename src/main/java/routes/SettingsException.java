package routes;

import java.util.List;

/** The configuration cannot be used; the message lists everything that is wrong with it, each with its remedy. */
public final class SettingsException extends RuntimeException {

    private final List<String> problems;

    SettingsException(List<String> problems) {
        super("The configuration has " + problems.size() + (problems.size() == 1 ? " problem:" : " problems:")
                + String.join(
                        "", problems.stream().map(problem -> "\n  - " + problem).toList()));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
