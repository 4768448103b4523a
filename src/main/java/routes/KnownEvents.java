package routes;

import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import routes.klaviyo.Event;
import routes.store.DeliveryLog;

/**
 * The idempotent consumer's memory is the delivery log itself. A key enters it in the transaction that records the event
 * and takes the notification out of the inbox; entered any earlier, an event would be lost to a crash in between, since
 * after the restart it would count as known. Hence nothing happens on {@link #add}.
 */
final class KnownEvents extends ServiceSupport implements IdempotentRepository {

    private final DeliveryLog log;

    KnownEvents(DeliveryLog log) {
        this.log = log;
    }

    /** @throws routes.klaviyo.InvalidEventException when it cannot be one */
    @Override
    public boolean contains(String uniqueId) {
        Event.requireUniqueId(uniqueId);
        return log.contains(uniqueId);
    }

    @Override
    public boolean add(String uniqueId) {
        return true;
    }

    @Override
    public boolean remove(String uniqueId) {
        return true;
    }

    @Override
    public boolean confirm(String uniqueId) {
        return true;
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException("the delivery log is not cleared");
    }
}
