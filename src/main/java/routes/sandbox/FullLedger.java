package routes.sandbox;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps every event whole, for tests that look at them. */
final class FullLedger implements Ledger {

    private final Map<String, RecordedEvent> events = new LinkedHashMap<>();

    @Override
    public synchronized boolean keep(RecordedEvent event) {
        return events.putIfAbsent(event.identity(), event) == null;
    }

    @Override
    public synchronized List<RecordedEvent> events() {
        return new ArrayList<>(events.values());
    }

    @Override
    public void writeLines(OutputStream out) throws IOException {
        for (RecordedEvent event : events()) {
            out.write((event.line() + '\n').getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public synchronized void forget() {
        events.clear();
    }
}
