package routes.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A run of the historical import, as it stands on disk.
 *
 * @param metrics names of those that are imported
 * @param kind conversations or tickets: what is being read
 * @param windowFrom objects created before then are read, as far as their kind goes
 * @param window length of the window that is read next
 * @param total objects that Intercom said there are, at the start
 * @param done objects read
 * @param incomplete conversations of which Intercom showed fewer parts than it counts
 * @param approximate objects with more than 500 parts, whose oldest ones Intercom does not show
 * @param unreadable objects that Intercom listed, or counted, and then would not show
 */
public record ImportRun(
        long id,
        Status status,
        Instant since,
        Instant until,
        Set<String> metrics,
        String kind,
        Instant windowFrom,
        Duration window,
        int pageSize,
        long total,
        long done,
        long eventsBefore,
        long incomplete,
        long approximate,
        long unreadable,
        Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String error) {

    /** Where a run stands. */
    public enum Status {
        RUNNING,
        PAUSED,
        COMPLETED,
        FAILED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** @return the run at the beginning of its next window */
    public ImportRun atWindow(String nextKind, Instant from, Duration length) {
        return new ImportRun(
                id,
                status,
                since,
                until,
                metrics,
                nextKind,
                from,
                length,
                pageSize,
                total,
                done,
                eventsBefore,
                incomplete,
                approximate,
                unreadable,
                startedAt,
                finishedAt,
                error);
    }

    /** @return the run with what a page has added */
    public ImportRun withPage(long objects, long moreIncomplete, long moreApproximate, long moreUnreadable) {
        return new ImportRun(
                id,
                status,
                since,
                until,
                metrics,
                kind,
                windowFrom,
                window,
                pageSize,
                total,
                done + objects,
                eventsBefore,
                incomplete + moreIncomplete,
                approximate + moreApproximate,
                unreadable + moreUnreadable,
                startedAt,
                finishedAt,
                null);
    }

    /** @return the run with other settings for what it reads next */
    public ImportRun reading(int objectsOfPage, long ofTotal, Duration length, @Nullable String trouble) {
        return new ImportRun(
                id,
                status,
                since,
                until,
                metrics,
                kind,
                windowFrom,
                length,
                objectsOfPage,
                ofTotal,
                done,
                eventsBefore,
                incomplete,
                approximate,
                unreadable,
                startedAt,
                finishedAt,
                trouble);
    }
}
