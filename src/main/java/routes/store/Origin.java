package routes.store;

import java.util.Locale;

/** The way by which a notification came, in the order in which they are worked on. */
public enum Origin {
    WEBHOOK,
    RECONCILE,
    IMPORT;

    /** @return the word that routes, API and database use */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    int lane() {
        return ordinal();
    }

    public static Origin of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
