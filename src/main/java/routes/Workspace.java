package routes;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import routes.intercom.IntercomClient;
import routes.intercom.IntercomException;
import routes.intercom.Json;

/** Which Intercom workspace this is, asked for once, and anew after it was connected. Thread-safe. */
final class Workspace {

    private final IntercomClient intercom;
    private volatile @Nullable JsonNode app;

    Workspace(IntercomClient intercom) {
        this.intercom = intercom;
    }

    /** @return the id code, which is the {@code app_id} of its notifications; null while Intercom does not tell */
    @Nullable
    String code() {
        return Json.text(app().get("id_code"));
    }

    /** @return the name; null while Intercom does not tell */
    @Nullable
    String name() {
        return Json.text(app().get("name"));
    }

    /** It may be another one from now on. */
    void forget() {
        app = null;
    }

    private JsonNode app() {
        JsonNode known = app;
        if (known != null) {
            return known;
        }
        try {
            JsonNode told = IntercomClient.await(intercom.get("/me")).body().path("app");
            if (told.isObject()) {
                app = told;
            }
            return told;
        } catch (IntercomException e) {
            return Json.object(null);
        }
    }
}
