package routes.sandbox;

/**
 * How exact searches compare dates. Documents and measurements disagree, so a caller must live with both: documented is
 * the calendar day for contacts up to 2.16; for conversations and tickets some measured days of UTC, some seconds.
 */
public enum SearchGranularity {
    /** {@code > V} means after the second V. */
    SECOND,
    /** {@code > V} means from the day after that of V on, {@code < V} until the day before; days of UTC. */
    DAY
}
