package routes.history;

import java.util.Locale;

/** What Intercom keeps: each with a search of its own. */
enum Kind {
    CONVERSATIONS,
    TICKETS;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
