package routes.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** What the Klaviyo stand-in remembers of the events it took. Safe for use by several threads. */
interface Ledger {

    /** Keeps the event and returns true, unless its identity is known already. */
    boolean keep(RecordedEvent event);

    /** All events in the order of their arrival; empty in a ledger that keeps only lines. */
    List<RecordedEvent> events();

    /** Writes {@link RecordedEvent#line()} of each event. */
    void writeLines(OutputStream out) throws IOException;

    void forget();
}
