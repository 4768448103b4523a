package routes.crash;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Klaviyo's stand-in has recorded. */
final class FactsAt {

    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpRequest request;

    /** @param klaviyo the stand-in */
    FactsAt(URI klaviyo) {
        request = HttpRequest.newBuilder(klaviyo.resolve("/__stand-in/events")).build();
    }

    /** @return one line for each event, see {@link routes.sandbox.RecordedEvent#line} */
    Stream<String> lines() {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofLines()).body();
        } catch (IOException e) {
            throw new IllegalStateException("Klaviyo's stand-in does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    Set<String> uniqueIds() {
        return lines().map(line -> line.substring(0, line.indexOf('\t'))).collect(Collectors.toSet());
    }
}
