package routes.sandbox;

import java.util.Comparator;

/** In which order a search answers. Intercom's is not to be relied on, and {@code sort} is accepted and ignored. */
public enum SearchOrder {
    /** Newest change first: a record that changes while a caller pages jumps to the front. */
    UPDATED_DESC(Comparator.comparingLong(Stored::updatedAt).reversed().thenComparing(Stored::id)),
    /** No order that means anything; the same as long as nothing changes. */
    SHUFFLED(Comparator.comparingInt((Stored stored) ->
                    Long.hashCode((stored.id() + stored.updatedAt()).hashCode() * 0x9E3779B97F4A7C15L))
            .thenComparing(Stored::id));

    private final Comparator<Stored> comparator;

    SearchOrder(Comparator<Stored> comparator) {
        this.comparator = comparator;
    }

    Comparator<Stored> comparator() {
        return comparator;
    }
}
