package routes.store;

import org.jspecify.annotations.Nullable;

/**
 * Whether a conversation or ticket is open, as something of a certain age tells it.
 *
 * @param contactId whose it is; null where that is not told
 * @param asOf grows with each state of the object: what is older than what is known is not believed
 * @param isOld whether it is so long closed that nothing older can still be on its way: then it is worth no row
 */
public record OpenCase(
        Kind kind, String objectId, @Nullable String contactId, boolean isOpen, long asOf, boolean isOld) {

    /** What is counted apart. */
    public enum Kind {
        CONVERSATION,
        TICKET;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    String key() {
        return kind.word() + ":" + objectId;
    }
}
