package routes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import routes.store.CaseStore;
import routes.store.DeliveryLog;
import routes.store.OvertakenException;

/** What routes.yaml says with {@code bean: upkeep}: the store kept small, and waiting events looked at again. */
public final class Upkeep {

    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    /** Routes look at the database many times a second: a disk that is full would be filled by what is said of it. */
    private static final Duration SAID_EVERY = Duration.ofSeconds(10);

    private final Map<String, Instant> lastSaid = new ConcurrentHashMap<>();
    private final DeliveryLog log;
    private final CaseStore cases;
    private final Clock clock;

    Upkeep(DeliveryLog log, CaseStore cases, Clock clock) {
        this.log = log;
        this.cases = cases;
        this.clock = clock;
    }

    /** @param days how long a delivered event stays in the delivery log */
    public void prune(int days) {
        int pruned = log.prune(clock.instant().minus(Duration.ofDays(days)));
        pruned += cases.prune(clock.instant().minus(CaseNotes.SETTLED));
        if (pruned > 0) {
            LOG.info(
                    "Pruned {} rows of the delivery log that are older than {} days, and of closed cases",
                    pruned,
                    days);
        }
    }

    /** @param most waiting events, the longest waiting first, that are made anew with what Intercom says today */
    public void recheckWaiting(int most) {
        log.oldestWaiting(most).forEach(log::replay);
    }

    /** A look at the database failed: said in one line, once in a while, and tried again at the next. */
    public void failed(@ExchangeException Exception failure, Exchange exchange) {
        String route = exchange.getFromRouteId();
        // What Camel hands over as the failure is the innermost cause: what it was thrown as stands in the exchange.
        if (exchange.getProperty(Exchange.EXCEPTION_CAUGHT) instanceof OvertakenException) {
            LOG.debug("{} is done again: {}", route, failure.getMessage());
            return;
        }
        Instant now = clock.instant();
        Instant said = lastSaid.get(route);
        if (said == null || said.plus(SAID_EVERY).isBefore(now)) {
            lastSaid.put(route, now);
            LOG.error("{} failed and will be tried again: {}", route, failure.getMessage());
        }
        LOG.debug("The failure", failure);
    }
}
